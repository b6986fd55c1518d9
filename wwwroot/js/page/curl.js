// What the page sends, as a line for a shell. No text of anybody's is anything but text there.
const plain = /^[\w@%+=:,./-]+$/;
export const quoted = (text) => (plain.test(text) ? text : `'${text.replaceAll('\'', '\'\\\'\'')}'`);

// In JSON no control character is needed as it is: a terminal might do what it says.
const json = (body) => JSON.stringify(body)
  .replace(/[\u007f-\u009f\u2028\u2029]/g, (one) => `\\u${one.charCodeAt().toString(16).padStart(4, '0')}`);

// What a token may do; all else is a person's own, with their password.
const byToken = /^api\/(servers(?!\/[^/]+\/service$)|reservations|line|builds|bases|copies)\b/;

// `request`: { method, path, body }, the path below `base`; `name`: who does it.
export function curlLine({ method, path, body }, base, name) {
  const who = byToken.test(path) ? '-H "Authorization: Bearer $TOKEN"' : `-u ${quoted(name)}`;
  const what = body === undefined ? '' : ` -d ${quoted(json(body))}`;
  return `curl ${who} -X ${method} -H 'Content-Type: application/json'${what} ${quoted(new URL(path, base).href)}`;
}
