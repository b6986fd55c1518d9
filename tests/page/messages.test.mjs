// What is said of messages: node --test tests/page
import assert from 'node:assert/strict';
import test from 'node:test';
import { addressOf, announcement, bellLabel, iconOf, titleOf } from '../../wwwroot/js/messages/words.js';

test('a message leads to its build, else to its restore, its server or the bases', () => {
  assert.equal(addressOf({ build: '7', server: 'qa01' }), '#/builds/7');
  assert.equal(addressOf({ restore: '8', base: 'shop' }), '#/restores/8');
  assert.equal(addressOf({ server: 'qa01' }), '#/servers/qa01');
  assert.equal(addressOf({ base: 'shop' }), '#/bases');
  assert.equal(addressOf({ kind: 'placeOver' }), null);
});

test('bell and title say how many are not seen, and nothing when there are none', () => {
  assert.equal(bellLabel(0), 'Messages');
  assert.equal(bellLabel(3), 'Messages, 3 not seen');
  assert.equal(titleOf('Servers', 0), 'Servers · Test server console');
  assert.equal(titleOf('Servers', 12), '(12) Servers · Test server console');
});

test('a screen reader is told the newest, and how many there are besides', () => {
  const of = (...texts) => texts.map((text) => ({ text }));
  assert.equal(announcement([]), '');
  assert.equal(announcement(of('qa01 is free now.')), 'Message: qa01 is free now.');
  assert.equal(announcement(of('One.', 'Two.')), 'Message: One. And 1 other message.');
  assert.equal(announcement(of('One.', 'Two.', 'Three.')), 'Message: One. And 2 other messages.');
});

test('every kind has a shape', () => {
  assert.equal(iconOf({ kind: 'takenOver' }), 'out');
  assert.equal(iconOf({ kind: 'of a newer console' }), 'bell');
});
