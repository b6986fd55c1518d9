// A dialog's request as a line for a shell: node --test tests/page
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import test from 'node:test';
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
