// What the page says of data whose age is not known, and of a build that would fail: node --test tests/page
import assert from 'node:assert/strict';
import test from 'node:test';
import { commandsIn } from '../../wwwroot/js/apps/after.js';
import { changesTemplate } from '../../wwwroot/js/changes/changes.js';

const hour = 3600000;
const from = (ms) => new Date(Date.now() + ms).toISOString();
const plan = (more) => ({ settings: [], leftOut: [], ...more });

test('data whose age is not known are neither newer nor older than others', () => {
  const database = { base: 'shop', method: 'spare', now: from(-30 * hour), then: from(5 * hour) };
  const known = changesTemplate(plan({ database: { ...database, then: from(-hour) } }), true).databases[0];
  assert.match(known.note, /newer, from a spare/);
  assert.equal(known.doubt, null);
  for (const doubt of [{ thenDoubt: 'The clock is wrong.' }, { nowDoubt: 'The clock was wrong.' }]) {
    const shown = changesTemplate(plan({ database: { ...database, ...doubt } }), true).databases[0];
    assert.equal(shown.note, 'from a spare');
    assert.equal(shown.doubt, doubt.thenDoubt || null);
  }
});

test('that a build would fail is said once', () => {
  const code = {
    from: null, to: { path: 'none', revision: null }, relation: null, commits: [],
    problem: 'There is no path none.', missing: true
  };
  const missing = changesTemplate(plan({ code, failure: code.problem }), true);
  assert.equal(missing.code.fails, 'There is no path none.');
  assert.ok(!missing.failure);
  const broken = changesTemplate(plan({ failure: 'The template x does not render.' }), true);
  assert.equal(broken.failure, 'The template x does not render.');
});

test('migrations of a database that stays are told when they do not fit the code', () => {
  const told = (migrations) => changesTemplate(plan({ migrations }), true).migrations;
  assert.equal(told(null), null);
  assert.equal(told({ unknown: [], pending: [], advice: null }), null);
  const unknown = told({ unknown: ['a.1', 'a.2'], pending: [], advice: 'Take a fresh copy.' });
  assert.deepEqual(unknown, { advice: 'Take a fresh copy.', unknown: 'a.1, a.2', pending: null });
  assert.equal(told({ unknown: [], pending: ['a.3'], advice: null }).pending, 'a.3');
});

test('the commands that a build runs are those for what it has', () => {
  const after = ['code', 'database', 'any', 'both'].map((when) => ({ run: when, when, minutes: null }));
  const runs = (database, code) => commandsIn(after, { database, code });
  assert.deepEqual(runs(false, true), ['code', 'any']);
  assert.deepEqual(runs(true, false), ['database', 'any']);
  assert.deepEqual(runs(true, true), ['code', 'database', 'any', 'both']);
  assert.deepEqual(commandsIn(undefined, { database: true, code: true }), []);
});

test('revisions that are not all listed are counted as at least so many', () => {
  const one = { side: 'gone', revision: 'b'.repeat(40), author: 'anna', at: from(-hour), message: 'one' };
  const code = {
    from: { path: 'release/1.21', revision: one.revision }, to: { path: 'main', revision: 'a'.repeat(40) },
    relation: 'other', commits: [{ ...one, side: 'new' }, { ...one, side: 'new' }, one],
    more: true, problem: null, missing: false
  };
  const shown = JSON.stringify(changesTemplate(plan({ code }), true).code);
  assert.match(shown, /at least 2 revisions to come, at least 1 revision to go/);
});
