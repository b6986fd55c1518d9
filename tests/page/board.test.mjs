// What the board shows, and in which order and groups: node --test tests/page
import assert from 'node:assert/strict';
import test from 'node:test';
import { hoursOf } from '../../wwwroot/js/reservations/ends.js';
import { lineWords, placeWords } from '../../wwwroot/js/reservations/line.js';
import * as choice from '../../wwwroot/js/servers/choice.js';
import { groupsOf } from '../../wwwroot/js/servers/groups.js';

const now = Date.parse('2026-11-26T12:00:00Z');
const inMinutes = (minutes) => new Date(now + minutes * 60000).toISOString();
const server = (name, facts) => ({
  name, host: 'kvm1', until: null, holder: null, usable: true, texts: [name], ...facts
});
const held = (name, holder, minutes, facts) => server(name, { holder, until: inMinutes(minutes), ...facts });
const names = (groups) => groups.filter(({ names: all }) => all.length).map(({ key, names: all }) => [key, ...all]);

test('a choice is in the address, whatever is looked for, and an address that says nothing known shows all', () => {
  const chosen = { kind: 'ending', wanted: 'basket & m=%? #1', sort: 'end' };
  const address = choice.addressOf(chosen);
  assert.match(address, /^#\/\?show=ending&filter=[^ #]+&sort=end$/);
  assert.deepEqual(choice.choiceOf(address.split('?')[1]), chosen);
  const all = { kind: 'all', wanted: '', sort: 'name' };
  assert.deepEqual(choice.choiceOf('show=nonsense&sort=constructor'), all);
  assert.deepEqual([choice.choiceOf(null), choice.addressOf(all)], [all, '#/']);
  assert.equal(choice.choiceOf(`filter=${'x'.repeat(200)}`).wanted.length, 100);
  assert.ok(choice.isNarrow(chosen) && !choice.isNarrow({ ...all, wanted: '  ' }));
});

test('chips count what they show', () => {
  const all = [server('qa1', { free: true, running: true }), held('qa2', 'anna', 59, { mine: true, broken: true }),
    held('qa3', 'ben', 61), held('qa4', 'ben', -5, { building: true })];
  const counts = Object.fromEntries(choice.chipsOf(all, 'free', now).map(({ name, count }) => [name, count]));
  assert.deepEqual(counts, { all: 4, free: 1, mine: 1, ending: 2, building: 1, broken: 1, running: 1 });
  const chip = choice.chipsOf(all, 'free', now).find(({ name }) => name === 'free');
  assert.deepEqual([chip.pressed, chip.hint], ['true', '1 server that can be reserved']);
  const shown = (kind, wanted = '') =>
    all.filter((one) => choice.shows({ kind, wanted }, one, now)).map(({ name }) => name);
  assert.deepEqual([shown('ending'), shown('all', ' QA3 '), shown('free', 'qa3')], [['qa2', 'qa4'], ['qa3'], []]);
});

test('a server is broken that runs and cannot be used, has crashed, or whose last build did not succeed', () => {
  const well = { state: 'running', unusable: null, cleaning: null, configuration: { result: 'succeeded' } };
  assert.ok(!choice.isBroken(well, true));
  assert.ok(!choice.isBroken({ ...well, state: 'shut off', unusable: 'It is shut off.' }, false));
  assert.ok(!choice.isBroken({ ...well, configuration: null }, true));
  assert.ok(!choice.isBroken({ ...well, cleaning: { build: '7' } }, true));
  for (const wrong of [{ unusable: 'It is not reached.' }, { cleaning: { problem: 'x' } }, { state: 'crashed' },
    { configuration: { result: 'failed' } }, { configuration: { incomplete: true } }]) {
    assert.ok(choice.isBroken({ ...well, ...wrong }, true), JSON.stringify(wrong));
  }
});

test('when none is free, it is said which is the next to end', () => {
  const all = [held('qa1', 'ben', 90), held('qa2', 'ben', 30), held('qa3', 'anna', 5, { mine: true }),
    held('qa4', 'ben', -1), held('qa5', 'ben', 2, { usable: false }), server('qa6')];
  assert.equal(choice.nextEnd(all, now).name, 'qa2');
  assert.equal(choice.nextEnd([...all, server('qa7', { free: true })], now), null);
  assert.equal(choice.nextEnd([server('qa6')], now), null);
});

test('one’s own come first, then what one waits for, the nearest turn first, then the others in their order', () => {
  const all = [held('qa10', 'ben', 10), held('qa2', 'ben', 60, { waits: true, likely: inMinutes(60) }),
    held('qa9', 'anna', 5, { mine: true }), held('qa3', 'ben', 20, { waits: true, likely: inMinutes(20) }),
    held('qa5', 'ben', 20, { waits: true }), server('qa4', { turn: true, waits: true }), server('qa1', { free: true })];
  const groups = (sort) => groupsOf(all, { sort, byHost: false });
  assert.deepEqual(names(groups('name')), [['mine', 'qa9'], ['soon', 'qa4', 'qa3', 'qa2', 'qa5'],
    ['others', 'qa1', 'qa10']]);
  assert.deepEqual(names(groups('end')).at(-1), ['others', 'qa10', 'qa1']);
  assert.deepEqual(groupsOf([], { sort: 'name', byHost: false }).map(({ key }) => key), ['mine', 'soon', 'others']);
});

test('with several hosts the others stand by host; sorted by app or holder, those without one come last', () => {
  const all = [server('qa1', { host: 'kvm10', free: true }),
    held('qa2', 'ben', 5, { host: 'kvm2', app: 'shop', path: 'b' }),
    held('qa3', 'carla', 5, { host: 'kvm2', app: 'shop', path: 'a' }), server('qa4', { host: 'kvm2', free: true }),
    held('qa5', 'anna', 5, { host: 'kvm10', mine: true })];
  const groups = groupsOf(all, { sort: 'app', byHost: true });
  assert.deepEqual(names(groups), [['mine', 'qa5'], ['host kvm2', 'qa3', 'qa2', 'qa4'], ['host kvm10', 'qa1']]);
  assert.deepEqual(groups.slice(2).map(({ host, free }) => [host, free]), [['kvm2', 1], ['kvm10', 1]]);
  assert.deepEqual(names(groupsOf(all, { sort: 'holder', byHost: true }))[1], ['host kvm2', 'qa2', 'qa3', 'qa4']);
});

test('a place in the line for any says what for, which, and what is held', () => {
  const place = { place: 7, app: 'shop', host: 'kvm2', tags: ['64 GB'], purpose: 'x', ahead: 2, turn: null };
  const words = placeWords({ ...place, likely: inMinutes(60) });
  assert.deepEqual([words.which, words.number, words.likely.iso], [' (shop, kvm2, 64 GB)', 3, inMinutes(60)]);
  const turn = placeWords({ place: 7, ahead: 0, likely: inMinutes(0), turn: { server: 'qa 1', until: inMinutes(10) } });
  assert.deepEqual([turn.which, turn.likely, turn.turn.href], ['', null, '#/servers/qa%201']);
  assert.equal(lineWords(null, 'anna'), null);
});

test('who waits for any says hours, also when they have chosen an end', () => {
  assert.equal(hoursOf({ hours: 4 }, { defaultHours: 8 }), 4);
  assert.equal(hoursOf({}, { defaultHours: 8 }), 8);
  assert.equal(hoursOf({ until: new Date(Date.now() + 5400000).toISOString() }, { defaultHours: 8 }), 1.5);
  assert.equal(hoursOf({ until: new Date(Date.now() + 1000).toISOString() }, { defaultHours: 8 }), 0.25);
});
