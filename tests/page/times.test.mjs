// One zone, one clock: what the page says of instants, in zones of every kind, on the nights when clocks change, and
// with a reader's clock that is wrong. Without a browser: node --test tests/page
import assert from 'node:assert/strict';
import test from 'node:test';
import { LogTimes } from '../../wwwroot/js/log/log-times.js';
import * as clock from '../../wwwroot/js/page/now.js';
import * as time from '../../wwwroot/js/page/time.js';
import * as zone from '../../wwwroot/js/page/zone.js';
import { inZone } from './zones.mjs';

const at = (text) => new Date(text);
test.afterEach(() => clock.hear(Date.now(), Date.now(), Date.now(), 0));

// The nights of 2026 when clocks go back: an instant in the hour that comes twice first, how long after it comes again,
// and both as they are shown.
const nights = [
  ['Europe/Berlin', '2026-10-25T00:30:00Z', 60, '02:30 UTC+2', '02:30 UTC+1'],
  ['America/New_York', '2026-11-01T05:30:00Z', 60, '01:30 UTC−4', '01:30 UTC−5'],
  ['America/St_Johns', '2026-11-01T03:45:00Z', 60, '01:15 UTC−2:30', '01:15 UTC−3:30'],
  ['Australia/Lord_Howe', '2026-04-04T14:45:00Z', 30, '01:45 UTC+11', '01:45 UTC+10:30'],
  ['Australia/Sydney', '2026-04-04T15:59:00Z', 60, '02:59 UTC+11', '02:59 UTC+10'],
  ['Europe/London', '2026-10-25T00:00:00Z', 60, '01:00 UTC+1', '01:00 UTC']
];

for (const [place, first, apart, early, late] of nights) {
  test(`the hour that comes twice is told apart in ${place}`, () => inZone(place, () => {
    const second = new Date(+at(first) + apart * 60000);
    assert.deepEqual([time.clock(at(first)), time.clock(second)], [early, late]);
    assert.equal(+zone.twin(at(first)), +second);
    assert.equal(+zone.twin(second), +at(first));
    const field = zone.field(at(first));
    assert.equal(field, zone.field(second));
    assert.deepEqual([...zone.instants(field)].map(Number), [+at(first), +second]);
    const before = new Date(+at(first) - 120 * 60000), after = new Date(+second + 120 * 60000);
    assert.doesNotMatch(time.clock(before) + time.clock(after), /UTC/);
  }));
}

test('at every other quarter of an hour of the year there is one instant, or none when clocks go forward', () => {
  for (const place of ['UTC', 'Asia/Kolkata', ...nights.map(([name]) => name)]) {
    inZone(place, () => {
      let twice = 0;
      for (let quarter = Date.UTC(2026, 0, 1); quarter < Date.UTC(2027, 0, 1); quarter += 15 * 60000) {
        const instants = zone.instants(zone.field(new Date(quarter)));
        assert.ok(instants.some((one) => +one === quarter), `${place} ${new Date(quarter).toISOString()}`);
        if (instants.length === 2) twice += 1;
      }
      const usual = { 'Australia/Lord_Howe': 4 }[place] || (['UTC', 'Asia/Kolkata'].includes(place) ? 0 : 8);
      assert.equal(twice, usual, place);
    });
  }
  inZone('Europe/Berlin', () => {
    assert.equal(zone.instants('2026-03-29T02:30').length, 0);
    assert.equal(zone.instants('').length, 0);
  });
});

test('a reader’s clock that is wrong changes nothing of what is left, old or over', () => {
  for (const minutes of [-600, -10, -1, 0, 1, 10, 600]) {
    const truth = Date.now(), own = truth - minutes * 60000;
    withDate(shifted(-minutes * 60000), () => {
      clock.hear(truth, own, own + 40, 1000);
      assert.ok(Math.abs(clock.now() - truth) <= 1100, `${minutes} min: ${clock.now() - truth}`);
      assert.equal(time.left(new Date(truth + 305000)), '5 min left');
      assert.equal(time.left(new Date(truth - 2000)), 'over');
      assert.equal(time.ago(new Date(truth - 185000)), '3 min ago');
      assert.equal(time.clockDiffers() === null, minutes === 0);
    });
  }
});

test('within what is known the clock does not tremble, and another instant of the console moves it', () => {
  clock.hear(5000, 1000, 1100, 1000);
  const first = clock.ahead;
  for (let i = 0; i < 50; i += 1) clock.hear(5000 + i * 10, 1000 + i * 10, 1200 + i * 10, 1000);
  assert.equal(clock.ahead, first);
  clock.hear(NaN, 0, 0, 1000);
  assert.equal(clock.ahead, first);
  clock.hear(100000, 1000, 1100, 1000);
  assert.equal(clock.ahead, 98900);
});

test('sentences of the console and lines of a log have the page’s zone', () => inZone('Europe/Berlin', () => {
  const year = new Date().getFullYear();
  const told = `qa01 is reserved by ben until ${year}-08-03 22:30 UTC: basket. Since ${year}-99-99 10:00 UTC.`;
  const said = time.said(told);
  assert.match(said, /until 4 Aug 00:30: basket\. Since \d{4}-99-99 10:00 UTC\.$/);
  assert.equal(time.said(null), '');
  const log = new LogTimes('2026-10-24T23:58:30Z');
  assert.equal(log.line('23:58:31 code     Updating'), '01:58:31 code     Updating');
  assert.equal(log.line('00:30:05 code     done'), '02:30:05 code     done');
  assert.equal(log.line('01:30:05 code     done'), '02:30:05 code     done');
  assert.equal(log.line('at 10:00:00 nothing'), 'at 10:00:00 nothing');
  assert.equal(log.line('99:99:99 strange'), '99:99:99 strange');
  assert.equal(log.same, false);
}));

test('a log in UTC stays as it is', () => inZone('UTC', () => {
  const log = new LogTimes('2026-11-24T10:00:00Z');
  assert.deepEqual([log.same, log.line('10:00:01 code x')], [true, '10:00:01 code x']);
}));

test('data of the future is not called fresh', () => {
  assert.match(time.old(new Date(Date.now() + 3600000)), /of the future/);
  assert.match(time.old(new Date(Date.now() - 3600000)), /^1 h old$/);
});

function withDate(other, run) {
  const before = globalThis.Date;
  globalThis.Date = other;
  try { run(); } finally { globalThis.Date = before; }
}

// A Date whose present is off by some ms.
function shifted(ms) {
  const Real = Date;
  return class extends Real {
    constructor(...parts) { if (parts.length) super(...parts); else super(Real.now() + ms); }
    static now() { return Real.now() + ms; }
  };
}
