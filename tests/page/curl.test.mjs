// What the page sends, as a line for a shell: node --test tests/page
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { curlLine, quoted } from '../../wwwroot/js/page/curl.js';

// What a real shell makes of a line, with a program in curl's place that tells its arguments.
const said = (line) => JSON.parse(execFileSync('bash', ['-c',
  `curl() { node -e 'process.stdout.write(JSON.stringify(process.argv.slice(1)))' -- "$@"; }; TOKEN=tsc_1; ${line}`]));

test('a shell takes a line apart into exactly what the dialog would send', () => {
  const base = 'https://vmhost/console/';
  for (const purpose of ['basket', 'it’s 5 o\'clock', '$(touch /tmp/x) `id` ${HOME} $HOME', '"q" \\ \\\' !! !',
    '# ; & | < > * ? ~',
    'line\nbreak\ttab \u0000\u001b[31m \u007f \u009b \u2028 \ud800', '\'', '\'\'\'', '-d @/etc/passwd', '%s %n',
    '{a,b} [1-3]']) {
    const path = 'api/servers/qa%2007/reservation?x=1&y=2';
    const line = curlLine({ method: 'PUT', path, body: { purpose } }, base, 'x');
    assert.doesNotMatch(line, /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/);
    const parts = said(line);
    assert.deepEqual(JSON.parse(parts[7]), { purpose });
    assert.deepEqual(parts.toSpliced(7, 1), ['-H', 'Authorization: Bearer tsc_1', '-X', 'PUT',
      '-H', 'Content-Type: application/json', '-d', base + path]);
  }
});

test('a request without a body has none, and what a token may not do is asked with a name', () => {
  const line = curlLine({ method: 'DELETE', path: 'api/servers/qa07/line' }, 'https://vmhost/', 'x');
  assert.equal(line, 'curl -H "Authorization: Bearer $TOKEN" -X DELETE -H \'Content-Type: application/json\' '
    + 'https://vmhost/api/servers/qa07/line');
  const own = said(curlLine({ method: 'POST', path: 'api/tokens', body: {} }, 'https://vmhost/', 'o\'brien'));
  assert.deepEqual(own.slice(0, 4), ['-u', 'o\'brien', '-X', 'POST']);
  assert.equal(quoted('a b'), '\'a b\'');
});

const root = fileURLToPath(new URL('../../', import.meta.url));
const sources = (folder, end) => readdirSync(join(root, folder), { recursive: true })
  .filter((name) => name.endsWith(end) && !/\b(bin|obj)\b/.test(name))
  .map((name) => [name, readFileSync(join(root, folder, name), 'utf8')]);

// Every call of the API that changes something, with the right that it needs.
const calls = sources('Console.Api', 'Api.cs').flatMap(([, text]) =>
  [...text.matchAll(/\.Map(Post|Put|Delete)\("\/(api\/[^"]+)"[^]*?\bRight\.(\w+)/g)]
    .map(([, method, at, right]) => ({ method: method.toUpperCase(), at: at.replace(/\{\w+\}/g, 'X'), right })));

test('a line has a token where tokens may do it, and else the name of who does it', () => {
  assert.ok(calls.length >= 25, `${calls.length} calls`);
  for (const { method, at, right } of calls) {
    const line = curlLine({ method, path: at.replaceAll('X', 'qa07') }, 'https://vmhost/', 'x');
    assert.equal(line.includes('$TOKEN'), /^(Reserve|Build|Restore)$/.test(right), `${method} ${at}: ${right}`);
  }
});

// Where a path is made of parts, words stand for themselves, and all else for anything.
const wordsOf = (parts) => parts.split(/,\s*/).map((part) => /^'(\w+)'$/.exec(part)?.[1] ?? 'X').join('/');

// The path stands in the call, or in a line before it.
function writesOf(text) {
  return [...text.matchAll(/\bapi\.write\('(\w+)', (.*)/g)].map(({ 1: method, 2: rest, index }) => {
    const from = rest.startsWith('path,') ? text.slice(0, index).split('const path = ').at(-1) : rest;
    const [, whole, parts] = /^(?:'([^']+)'|(?:`\$\{)?api\.path\(((?:[^()]|\([^()]*\))*)\))/.exec(from);
    return `${method} ${whole || `api/${wordsOf(parts)}`}`;
  });
}
const isSame = (one, other) => one.length === other.length
  && one.every((part, at) => part === other[at] || part === 'X' || other[at] === 'X');

test('all that the page writes goes through one door, which keeps it as a line for curl', () => {
  const writes = [];
  for (const [name, text] of sources('wwwroot/js', '.js')) {
    const own = writesOf(text);
    assert.equal(own.length, text.split('api.write(').length - 1, `${name}: a write that this test cannot read`);
    if (name !== 'live/api.js') assert.doesNotMatch(text, /\bmethod: '|\bmethod, headers/, name);
    writes.push(...own);
  }
  const isCall = (one) => calls.some(({ method, at }) => isSame(one.split(/[ /]/), [method, ...at.split('/')]));
  assert.ok(writes.length >= 20, `${writes.length} writes`);
  assert.deepEqual(writes.filter((one) => !isCall(one)), []);
  const door = readFileSync(join(root, 'wwwroot/js/live/api.js'), 'utf8');
  assert.equal(door.split('deeds.add({ method, path, body })').length, 2);
});
