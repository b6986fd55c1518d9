// Which base a database is made from, by what is chosen, planned and there; and the words for it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  askedBases, baseText, basesOf, basesText, choiceFields, chosenBases
} from '../../wwwroot/js/builds/base-choice.js';
import { buildPlan } from '../../wwwroot/js/builds/build-plan.js';
import { inZone } from './zones.mjs';

const databases = [
  { name: 'default', bases: ['shop', 'shop_small'] }, { name: 'reports', bases: ['reports'] }
];

test('what is chosen comes before what is planned, what is there and what is usual', () => {
  const of = (...by) => chosenBases(databases, ...by).map(({ base }) => base);
  assert.deepEqual(of(), ['shop', 'reports']);
  assert.deepEqual(of({}, {}, { default: 'shop_small' }), ['shop_small', 'reports']);
  assert.deepEqual(of({ default: 'shop' }, { default: 'shop_small' }), ['shop', 'reports']);
  assert.deepEqual(of({ default: 'gone' }, undefined, { default: 'shop_small' }), ['shop_small', 'reports']);
  assert.deepEqual(chosenBases(undefined, { default: 'shop' }), []);
});

test('only a choice that there is is asked for', () => {
  assert.deepEqual(askedBases(databases, { default: 'shop_small', reports: 'reports', old: 'x' }),
    { default: 'shop_small' });
  assert.deepEqual(askedBases(databases, { default: 'gone' }), {});
  assert.deepEqual(askedBases(undefined, { default: 'shop' }), {});
  assert.equal(basesText({ default: 'shop_small', reports: 'reports' }), 'default:shop_small,reports:reports');
});

test('a build, an entry and a configuration say their bases alike', () => {
  const bases = { default: 'shop_small', reports: 'reports' };
  assert.deepEqual(basesOf({ bases }), bases);
  assert.deepEqual(basesOf({ databases: Object.entries(bases).map(([name, base]) => ({ name, base })) }), bases);
  assert.deepEqual([basesOf(null), basesOf({})], [{}, {}]);
});

test('a field for each choice says size and night of each base', () => inZone('UTC', () => {
  const facts = (base) => ({
    shop: { exists: true, size: 1234567890, dataTime: '2020-11-22T01:00:00Z', stale: true },
    shop_small: { exists: false }
  })[base];
  const fields = choiceFields(databases, [{ name: 'default', base: 'shop_small' }], facts);
  assert.deepEqual(fields.map(({ name, label }) => [name, label]), [['default', 'Base of default']]);
  assert.deepEqual(fields[0].options.map(({ text, chosen }) => [text, chosen]), [
    ['shop · 1.2 GB · data of 22 Nov 2020 01:00, stale', false], ['shop_small · never restored', true]
  ]);
  assert.equal(choiceFields([databases[0]], [], facts)[0].label, 'Base');
  assert.deepEqual(choiceFields([databases[1]], [], facts), []);
  assert.equal(baseText('reports', facts), 'reports');
}));

test('the plan names each database with its base', () => inZone('UTC', () => {
  const facts = { dataTime: '2020-11-22T01:00:00Z' };
  const several = [{ name: 'default', base: 'shop_small', facts }, { name: 'reports', base: 'reports' }];
  const plan = (wish) => buildPlan({ app: 'shop', path: 'trunk', ...wish }, null, 'shop_small', facts, several);
  const copies = 'Replaces the databases by fresh copies, default from shop_small (data of 22 Nov 2020 01:00), '
    + 'reports from reports';
  assert.equal(plan({ database: true }), `${copies}; the code stays as it is.`);
  assert.equal(plan({ database: true, code: true }), `${copies}, and checks out trunk.`);
  assert.equal(plan({ code: true }), 'Checks out trunk; the databases stay as they are.');
}));
