// Why a request failed, as the page says it: node --test tests/page
import assert from 'node:assert/strict';
import test from 'node:test';
import { Problem } from '../../wwwroot/js/live/problem.js';

test('the queue is where to look when builds are too many, and nowhere else', async () => {
  const refused = (url) => Problem.from({
    url, status: 429, headers: new Headers({ 'Content-Type': 'application/problem+json' }),
    json: async () => ({ title: 'Too much at once', detail: 'ben has 3, and 3 is the limit.' })
  });
  assert.ok((await refused('http://vm/console/api/servers/qa07/builds')).inQueue);
  assert.ok((await refused('http://vm/console/api/builds/7/retry')).inQueue);
  assert.ok(!(await refused('http://vm/console/api/servers/qa07/reservation')).inQueue);
  assert.ok(!(await refused('http://vm/console/api/tokens')).inQueue);
});

test('an answer that was lost leaves open what was done, but for a look', () => {
  const lost = new TypeError('Failed to fetch');
  assert.match(Problem.of(lost).detail, /not known whether the request arrived\. Try again: it is done once\./);
  assert.match(Problem.of(lost).unsure('Look first.').detail, /not known whether the request arrived\. Look first\./);
  assert.doesNotMatch(Problem.ofLook(lost).detail, /arrived/);
  const refused = new Problem(409, { title: 'No', detail: 'Nothing was done.' });
  assert.equal(refused.unsure('Look first.').detail, 'Nothing was done.');
});
