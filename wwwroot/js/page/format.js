// Numbers and names as people read them. Nothing here escapes: Mustache does, always.
export function size(bytes) {
  if (bytes === null || bytes === undefined) return '';
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  let unit = 0;
  while (bytes >= 1000 && unit < units.length - 1) { bytes /= 1000; unit += 1; }
  return `${unit && bytes < 10 ? bytes.toFixed(1) : Math.round(bytes)} ${units[unit]}`;
}

export function seconds(number) {
  if (number === null || number === undefined) return '';
  if (number < 9.95 && !Number.isInteger(number)) return `${Math.max(0, number).toFixed(1)} s`;
  if (number < 60) return `${Math.round(number)} s`;
  if (number < 3600) return `${Math.floor(number / 60)} min ${Math.floor(number % 60)} s`;
  return `${Math.floor(number / 3600)} h ${Math.floor((number % 3600) / 60)} min`;
}

// Subversion counts, Git hashes: r1234, or the first ten characters with the whole in the title.
export function revision(value) {
  if (!value) return { short: '', full: '' };
  const text = String(value);
  if (/^\d+$/.test(text)) return { short: `r${text}`, full: `r${text}` };
  return { short: /^[0-9a-f]{40}$/.test(text) ? text.slice(0, 10) : text, full: text };
}

// Of Subversion a path may have last changed before the revision that is named: r120, last changed in r97.
export function lastChanged(value, changed) {
  const at = revision(changed).short;
  return at && String(value) !== String(changed) ? `last changed in ${at}` : null;
}

export const count = (number, one, many) => `${number.toLocaleString('en')} ${number === 1 ? one : many}`;

// Only addresses a browser may open safely become links.
export const address = (url) => (/^https?:\/\//i.test(url || '') ? url : null);

// A host of OpenStack has a word of its own, which may say more.
export function stateOf({ state, status }) {
  if (!status || ['ACTIVE', 'SHUTOFF', 'PAUSED'].includes(status)) return state;
  return state === 'no state' ? status : `${state} (${status})`;
}

// What one request or history entry brings.
export function parts(has) {
  if (has.off) return 'taken off';
  if (has.database && has.code) return 'database and code';
  return has.database ? 'database' : 'code';
}

// A true fraction, or a bar that only says "at work".
export function bar(progress, label) {
  const known = typeof progress === 'number';
  const value = known ? Math.floor(Math.min(1, Math.max(0, progress)) * 100) : 0;
  return { known, value, label, text: known ? `${value} %` : '' };
}

export function matches(texts, wanted) {
  const text = texts.filter(Boolean).join('\n').toLowerCase();
  return wanted.toLowerCase().split(/\s+/).every((word) => text.includes(word));
}
