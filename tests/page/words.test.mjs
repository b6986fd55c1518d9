// What the page says before anybody clicks: what a build will do, and which ends a reservation can have. Numbers and
// names as people read them. Without a browser: node --test tests/page
import assert from 'node:assert/strict';
import test from 'node:test';
import { buildPlan } from '../../wwwroot/js/builds/build-plan.js';
import * as format from '../../wwwroot/js/page/format.js';
import { endsOf, usualEnd } from '../../wwwroot/js/reservations/ends.js';
import { followingTemplate } from '../../wwwroot/js/servers/following.js';
import { inZone } from './zones.mjs';

const hour = 3600000;
const trunk = { app: 'shop', path: 'trunk' };

test('a state is told by the word of its host, too, where that says more', () => {
  assert.equal(format.stateOf({ state: 'shut off' }), 'shut off');
  assert.equal(format.stateOf({ state: 'shut off', status: 'SHUTOFF' }), 'shut off');
  assert.equal(format.stateOf({ state: 'in shutdown', status: 'ACTIVE' }), 'in shutdown');
  assert.equal(format.stateOf({ state: 'shut off', status: 'SHELVED' }), 'shut off (SHELVED)');
  assert.equal(format.stateOf({ state: 'no state', status: 'BUILD' }), 'BUILD');
});

test('a build says what it will do, and what stays', () => inZone('UTC', () => {
  const base = { dataTime: '2020-11-22T01:00:00Z', stale: true };
  const plan = (wish, now) => buildPlan({ ...trunk, ...wish }, now, 'shop_base', base);
  const copy = 'eplaces the database by a fresh copy of shop_base (data of 22 Nov 2020 01:00, stale)';
  assert.equal(plan({ database: true }), `R${copy}; the code stays as it is.`);
  assert.equal(plan({ database: true, code: true }), `R${copy} and checks out trunk.`);
  assert.equal(plan({ code: true, revision: '7' }), 'Checks out trunk at r7; the database stays as it is.');
  assert.match(plan({ code: true }, trunk), /^Updates the code in trunk to its newest revision;/);
  assert.match(plan({ code: true, revision: '7' }, trunk), /^Updates the code in trunk to r7;/);
  assert.match(plan({ code: true, path: 'branches/x' }, trunk), /^Switches the code from trunk to branches\/x;/);
  assert.match(plan({ code: true }, { app: 'tickets', path: 'main' }), /^Checks out trunk;/);
  assert.match(plan({}), /^Choose the database, the code, or both/);
  assert.match(buildPlan({ code: true }), /^The console knows no app/);
  const doubt = buildPlan({ ...trunk, database: true }, null, 'b', { ...base, dataDoubt: 'x' });
  assert.match(doubt, /age unknown/);
  assert.doesNotMatch(buildPlan({ ...trunk, database: true }, null, 'b', undefined), /data of/);
}));

test('no end is longer than the console allows, and the usual one is chosen', () => {
  const limits = { defaultHours: 8, maxHours: 12 };
  const ends = endsOf(limits);
  assert.deepEqual(ends.slice(0, 3).map(({ key, word }) => [key, word]), [
    ['1', '1 hour'], ['4', '4 hours'], ['8', '8 hours']
  ]);
  assert.deepEqual(ends.filter(({ chosen }) => chosen).map(({ key }) => key), ['8']);
  assert.ok(ends.every(({ date }) => !date || date - Date.now() <= 12 * hour + 1000));
  assert.equal(ends.at(-1).key, 'own');
  assert.ok(Math.abs(usualEnd(limits) - Date.now() - 8 * hour) < 1000);
  const short = endsOf({ defaultHours: 1, maxHours: 0.5 });
  assert.ok(short.every(({ date }) => !date || date - Date.now() <= hour / 2 + 1000));
  // The end of the day may be as near as that.
  assert.deepEqual(short.map(({ key }) => key).filter((key) => key !== 'today'), ['own']);
});

test('one’s own reservation can stay as it is, or last so much longer', () => {
  const until = new Date(Date.now() + hour);
  const ends = endsOf({ defaultHours: 2, maxHours: 100 }, { until: until.toISOString() });
  assert.deepEqual([ends[0].key, ends[0].chosen, +ends[0].date], ['same', true, +until]);
  const four = ends.find(({ key }) => key === '4');
  assert.deepEqual([four.word, four.hours, +four.date], ['4 hours more', null, +until + 4 * hour]);
  const over = endsOf({ defaultHours: 2, maxHours: 100 }, { until: new Date(Date.now() - hour).toISOString() });
  assert.equal(over[0].text, 'with the build that runs');
});

test('numbers, revisions and addresses are as people read them', () => {
  assert.deepEqual([0, 999, 1000, 1234567, 5e10].map(format.size),
    ['0 bytes', '999 bytes', '1.0 kB', '1.2 MB', '50 GB']);
  assert.deepEqual([0.04, 9.96, 59.6, 61, 3661].map(format.seconds),
    ['0.0 s', '10 s', '60 s', '1 min 1 s', '1 h 1 min']);
  assert.deepEqual([format.size(null), format.seconds(undefined)], ['', '']);
  assert.deepEqual(format.revision('331'), { short: 'r331', full: 'r331' });
  assert.equal(format.revision('a'.repeat(40)).short, 'a'.repeat(10));
  assert.equal(format.address('javascript:alert(1)'), null);
  assert.equal(format.address('HTTPS://qa01/'), 'HTTPS://qa01/');
  assert.deepEqual([0.42, 2, -1].map((one) => format.bar(one, '').value), [42, 100, 0]);
  assert.equal(format.bar(null, '').known, false);
  assert.ok(format.matches(['qa07', null, 'anna'], 'ANN qa'));
  assert.ok(!format.matches(['qa07', null, 'anna'], 'ann qa8'));
});

test('a path of Subversion that last changed before says so', () => {
  assert.equal(format.lastChanged('120', '97'), 'last changed in r97');
  assert.deepEqual([format.lastChanged('97', '97'), format.lastChanged('97', null), format.lastChanged(null, null)],
    [null, null, null]);
});

test('a server that follows a branch says what is built, what was seen, and what stands against it', () => {
  const one = {
    app: 'shop', path: 'main', database: false, by: 'anna', since: '2026-11-26T10:00:00Z', seen: 'a'.repeat(40),
    seenAt: '2026-11-26T10:00:00Z', seconds: 30, problem: null, nextLook: null
  };
  const words = followingTemplate(one);
  assert.deepEqual([words.mark, words.what, words.seen.short, words.next, words.problem],
    ['follows', 'code', 'a'.repeat(10), 'within 30 s', null]);
  assert.equal(words.hint, 'New commits of main are built by themselves (code), for anna.');
  const silent = followingTemplate({
    ...one, database: true, problem: 'It does not answer.', nextLook: '2026-11-26T10:05:00Z'
  });
  assert.deepEqual([silent.mark, silent.next, silent.problem], ['follows (paused)', null, 'It does not answer.']);
  assert.match(silent.hint, /code and database.*It does not answer\.$/);
  // Out of service: the repository is asked as before.
  assert.equal(followingTemplate({ ...one, problem: 'qa07 is out of service.' }).next, 'within 30 s');
  assert.equal(followingTemplate(null), null);
});
