// A base on several database hosts, in the words of the page; and where a plan says that a copy is made.
import assert from 'node:assert/strict';
import test from 'node:test';
import { placesTemplate } from '../../wwwroot/js/bases/places.js';
import { changesTemplate } from '../../wwwroot/js/changes/changes.js';

const place = {
  host: 'db2', exists: true, size: 2e9, dataTime: '2026-11-24T01:00:00Z', stale: true, method: 'clone',
  spares: { wanted: 2, ready: 1 }, problem: null
};

test('each host says what it has, and why it does not answer', () => {
  const [here, away] = placesTemplate([
    place,
    {
      ...place, host: 'db3', size: null, dataTime: null, stale: false, spares: { wanted: 0, ready: 0 },
      problem: 'Off.'
    }
  ]);
  assert.equal(here.host, 'db2');
  assert.equal(here.spares, '1 of 2 ready');
  assert.equal(here.staleness, 'stale');
  assert.equal(here.problem, null);
  assert.ok(here.data && here.size.startsWith('2'));
  assert.deepEqual([away.spares, away.size, away.problem], ['none wanted', 'size unknown', 'Off.']);
  assert.ok(!away.data);
  assert.deepEqual(placesTemplate(undefined), []);
});

test('a plan says on which host the copy is made, and of one host nothing', () => {
  const database = { base: 'shop', method: 'spare', now: null, then: '2026-11-24T01:00:00Z' };
  const plan = (more) => changesTemplate({ database: { ...database, ...more }, settings: [], leftOut: [] }, true);
  const why = 'The copy is made on db2, as db1 has no room.';
  assert.equal(plan({ host: 'db2', why }).databases[0].why, why);
  assert.equal(plan({}).databases[0].why, null);
});
