// One zone, one clock: what the page says of instants, in zones of every kind, on the nights when clocks change, and
// with a reader's clock that is wrong. Runs the page's own files without a browser: node --test tests/page
import assert from 'node:assert/strict';
import test from 'node:test';
import { inZone, load, times } from './page.mjs';

const at = (text) => new Date(text);
const { app } = load([...times, 'log/log-times.js']);

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

for (const [zone, first, apart, early, late] of nights) {
  test(`the hour that comes twice is told apart in ${zone}`, () => inZone(zone, () => {
    const second = new Date(+at(first) + apart * 60000);
    assert.deepEqual([app.time.clock(at(first)), app.time.clock(second)], [early, late]);
    assert.equal(+app.zone.twin(at(first)), +second);
    assert.equal(+app.zone.twin(second), +at(first));
    const field = app.time.field(at(first));
    assert.equal(field, app.time.field(second));
    assert.deepEqual([...app.zone.instants(field)].map(Number), [+at(first), +second]);
    const before = new Date(+at(first) - 120 * 60000), after = new Date(+second + 120 * 60000);
    assert.doesNotMatch(app.time.clock(before) + app.time.clock(after), /UTC/);
  }));
}

test('at every other quarter of an hour of the year there is one instant, or none when clocks go forward', () => {
  for (const zone of ['UTC', 'Asia/Kolkata', ...nights.map(([name]) => name)]) {
    inZone(zone, () => {
      let twice = 0;
      for (let time = Date.UTC(2026, 0, 1); time < Date.UTC(2027, 0, 1); time += 15 * 60000) {
        const instants = app.zone.instants(app.time.field(new Date(time)));
        assert.ok(instants.some((one) => +one === time), `${zone} ${new Date(time).toISOString()}`);
        if (instants.length === 2) twice += 1;
      }
      const usual = { 'Australia/Lord_Howe': 4 }[zone] || (['UTC', 'Asia/Kolkata'].includes(zone) ? 0 : 8);
      assert.equal(twice, usual, zone);
    });
  }
  inZone('Europe/Berlin', () => {
    assert.equal(app.zone.instants('2026-03-29T02:30').length, 0);
    assert.equal(app.zone.instants('').length, 0);
  });
});

test('a reader’s clock that is wrong changes nothing of what is left, old or over', () => {
  for (const minutes of [-600, -10, -1, 0, 1, 10, 600]) {
    const truth = Date.now(), own = truth - minutes * 60000;
    const { app: page } = load(times, { Date: shifted(-minutes * 60000) });
    page.now.hear(truth, own, own + 40, 1000);
    assert.ok(Math.abs(page.now() - truth) <= 1100, `${minutes} min: ${page.now() - truth}`);
    assert.equal(page.time.left(new Date(truth + 305000)), '5 min left');
    assert.equal(page.time.left(new Date(truth - 2000)), 'over');
    assert.equal(page.time.ago(new Date(truth - 185000)), '3 min ago');
    assert.equal(page.now.differs() === null, minutes === 0);
  }
});

test('within what is known the clock does not tremble, and another instant of the console moves it', () => {
  const { app: page } = load(times, {});
  page.now.hear(5000, 1000, 1100, 1000);
  const first = page.now.ahead;
  for (let i = 0; i < 50; i += 1) page.now.hear(5000 + i * 10, 1000 + i * 10, 1200 + i * 10, 1000);
  assert.equal(page.now.ahead, first);
  page.now.hear(NaN, 0, 0, 1000);
  assert.equal(page.now.ahead, first);
  page.now.hear(100000, 1000, 1100, 1000);
  assert.equal(page.now.ahead, 98900);
});

test('sentences of the console and lines of a log have the page’s zone', () => inZone('Europe/Berlin', () => {
  const year = new Date().getFullYear();
  const told = `qa01 is reserved by ben until ${year}-08-03 22:30 UTC: basket. Since ${year}-99-99 10:00 UTC.`;
  const said = app.time.said(told);
  assert.match(said, /until 4 Aug 00:30: basket\. Since \d{4}-99-99 10:00 UTC\.$/);
  assert.equal(app.time.said(null), '');
  const log = new app.LogTimes('2026-10-24T23:58:30Z');
  assert.equal(log.line('23:58:31 code     Updating'), '01:58:31 code     Updating');
  assert.equal(log.line('00:30:05 code     done'), '02:30:05 code     done');
  assert.equal(log.line('01:30:05 code     done'), '02:30:05 code     done');
  assert.equal(log.line('at 10:00:00 nothing'), 'at 10:00:00 nothing');
  assert.equal(log.line('99:99:99 strange'), '99:99:99 strange');
  assert.equal(log.same, false);
}));

test('a log in UTC stays as it is', () => inZone('UTC', () => {
  const log = new app.LogTimes('2026-11-24T10:00:00Z');
  assert.deepEqual([log.same, log.line('10:00:01 code x')], [true, '10:00:01 code x']);
}));

test('data of the future is not called fresh', () => {
  assert.match(app.time.old(new Date(Date.now() + 3600000)), /of the future/);
  assert.match(app.time.old(new Date(Date.now() - 3600000)), /^1 h old$/);
});

// A Date whose present is off by some ms.
function shifted(ms) {
  return class extends Date {
    constructor(...parts) { if (parts.length) super(...parts); else super(Date.now() + ms); }
    static now() { return Date.now() + ms; }
  };
}
