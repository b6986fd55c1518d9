// Log output cannot act: what the page makes of a log are runs of text with classes from a fixed list, the same however
// the bytes were cut on their way. Without a browser: node --test tests/page
import assert from 'node:assert/strict';
import test from 'node:test';
import * as ansi from '../../wwwroot/js/log/ansi.js';
import { Lines } from '../../wwwroot/js/log/lines.js';
import { LogSearch } from '../../wwwroot/js/log/log-search.js';

const allowed = /^(a-(bold|dim|italic|underline|inverse|[fb]g-([0-9]|1[0-5]))( |$))*$/;

function linesOf(pieces, limits) {
  const lines = new Lines(limits);
  pieces.forEach((piece) => lines.take(piece));
  lines.finish();
  return lines;
}

const shown = (lines) => JSON.stringify(lines.lines.map(({ text, style }) => ansi.runs(text, style).runs));

test('colours become classes and reach over lines until they are reset', () => {
  const lines = linesOf([
    '\x1b[1;31mred\nstill red\x1b[0m plain\n\x1b[38;5;12mblue\x1b[38;2;1;2;3mtrue colour\x1b[m\n'
  ]);
  assert.equal(shown(lines), JSON.stringify([
    [{ text: 'red', classes: 'a-bold a-fg-1' }],
    [{ text: 'still red', classes: 'a-bold a-fg-1' }, { text: ' plain', classes: '' }],
    [{ text: 'blue', classes: 'a-fg-12' }, { text: 'true colour', classes: '' }]
  ]));
});

test('links, titles, cursor movements and control characters do nothing', () => {
  const lines = linesOf([
    '\x1b]8;;javascript:alert(1)\x07link\x1b]8;;\x07 \x1b]0;title\x1b\\\x1b[2J\x1b[5;5Hx\x00\x08\u202ey\x1b(B\n'
  ]);
  const texts = ['link', ' ', 'x\ufffd\ufffd\ufffdy'];
  assert.equal(shown(lines), JSON.stringify([texts.map((text) => ({ text, classes: '' }))]));
});

test('a carriage return writes the line anew', () => {
  assert.equal(linesOf(['10 %\r50 %\r100 %\r\nnext']).lines.map((line) => line.text).join('|'), '100 %|next');
});

test('however the bytes are cut, the same lines come out, with classes of the list only', () => {
  const parts = [
    '\x1b[', '31m', '\x1b[1;4;7;9;38;5;300m', '\x1b]8;;http://x\x07', '\x1b', '\n', '\r', '<script>', '"\' onload=',
    'ü€😀', '\x9b31m', '[0m', ';;', '38;5;', 'word '
  ];
  let seed = 7;
  const random = (limit) => (seed = (seed * 48271) % 2147483647) % limit;
  for (let round = 0; round < 300; round += 1) {
    const bytes = Buffer.from(Array.from({ length: 40 }, () => parts[random(parts.length)]).join(''));
    const whole = shown(linesOf([bytes.toString()]));
    const decoder = new TextDecoder(), pieces = [];
    for (let at = 0, size; at < bytes.length; at += size) {
      size = 1 + random(4);
      pieces.push(decoder.decode(bytes.subarray(at, at + size), { stream: true }));
    }
    assert.equal(shown(linesOf([...pieces, decoder.decode()])), whole);
    for (const run of JSON.parse(whole).flat()) {
      assert.match(run.classes, allowed);
      assert.doesNotMatch(run.text, /[\x00-\x08\x0a-\x1f\x7f-\x9f]/);
    }
  }
});

test('a log without end and a line without end are bounded', () => {
  const lines = new Lines({ maxLines: 1000, maxBytes: 150000, maxLine: 500 });
  for (let i = 0; i < 20000; i += 1) lines.take(`line ${i}\n`);
  assert.ok(lines.lines.length <= 1000);
  assert.equal(lines.end, 20000);
  assert.equal(lines.get(19999).text, 'line 19999');
  for (let i = 0; i < 1000; i += 1) lines.take('x'.repeat(1000));
  assert.ok(lines.bytes <= 150000 && lines.rest.length <= 500);
  assert.equal(lines.bytes, lines.lines.reduce((sum, line) => sum + lines.cost(line.text), 0));
  assert.equal(lines.cost('x€'), lines.cost('xxxx'));
});

test('a search goes through colours, shows the newest hit at once, and lets the page answer meanwhile', async () => {
  const ending = (i) => (i % 50000 ? '' : ' \x1b[31mNee\x1b[1mdle (x)\x1b[0m');
  const lines = linesOf([Array.from({ length: 200000 }, (_, i) => `line ${i}${ending(i)}\n`).join('')]);
  const went = [], told = [];
  let answered = 0;
  const clock = setInterval(() => { answered += 1; }, 1);
  const search = new LogSearch(lines, (number) => went.push(number), (text) => told.push(text), { longest: 1 });
  await search.find('needle (x)');
  clearInterval(clock);
  assert.deepEqual([went[0], told.at(-1)], [150000, '4 of 4']);
  assert.ok(answered > 0);
  [1, -1, -1].forEach((by) => search.step(by));
  assert.deepEqual([went, told.at(-1)], [[150000, 0, 150000, 100000], '3 of 4']);
  await search.find('nowhere');
  assert.equal(told.at(-1), 'not found');
});

test('hostile lines cost no time', () => {
  const start = Date.now();
  for (const part of ['\x1b[', '\x1b]', '\x1b[1;', '\x1b]8;;', '\x1b[38;5']) ansi.runs(part.repeat(2000), ansi.plain);
  assert.ok(Date.now() - start < 1000);
});
