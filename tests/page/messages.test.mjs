// What is said of messages: node --test tests/page
import assert from 'node:assert/strict';
import test from 'node:test';
import { deliveryWords, receiversOf } from '../../wwwroot/js/messages/delivery-words.js';
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

const sent = (webhook, state, more = {}) => ({
  webhook, state, attempts: 0, nextAt: null, answer: null, answeredAt: null, ...more,
  notice: { event: 'takenOver', text: 'ben has taken qa01 over.', at: '2020-11-26T10:00:00Z', person: 'anna' }
});

test('receivers that take nothing come first, with when they are tried again and took something last', () => {
  const refused = { attempts: 3, answer: 'HTTP 500', answeredAt: '2020-11-26T10:05:00Z' };
  const list = receiversOf([
    sent('bot', 'waiting', { ...refused, nextAt: '2020-11-26T10:10:00Z' }), sent('bot', 'waiting'),
    sent('bot', 'delivered', { answeredAt: '2020-11-26T09:00:00Z' }),
    sent('bot', 'delivered', { answeredAt: '2020-11-26T08:00:00Z' }),
    sent(null, 'waiting'), sent('a', 'delivered', { answeredAt: '2020-11-26T09:00:00Z' }), sent('c', 'givenUp', refused)
  ]);
  assert.deepEqual(list.map(({ name, status }) => [name, status.word]),
    [['bot', '1 not taken'], ['a', 'nothing waits'], ['by e-mail', '1 to be sent'], ['c', 'nothing waits']]);
  assert.equal(list[0].taken.iso, '2020-11-26T09:00:00.000Z');
  assert.equal(list[0].next.iso, '2020-11-26T10:10:00.000Z');
  assert.deepEqual(list.slice(1).map(({ next, taken }) => [next, Boolean(taken)]),
    [[null, true], [null, false], [null, false]]);
  assert.deepEqual(receiversOf([]), []);
});

test('a delivery says to whom, how far it is, and what was answered', () => {
  const mail = deliveryWords(sent(null, 'waiting'));
  assert.deepEqual([mail.to, mail.mail, mail.status.word], ['anna', true, 'waiting']);
  assert.deepEqual([mail.next, mail.tries], [null, null]);
  const refused = deliveryWords(sent('bot', 'waiting', { attempts: 2, nextAt: '2020-11-26T10:10:00Z', answer: 'x' }));
  assert.deepEqual([refused.to, refused.status.word, refused.tries], ['bot', 'refused', '2 tries']);
  assert.equal(refused.next.iso, '2020-11-26T10:10:00.000Z');
  assert.equal(deliveryWords(sent('bot', 'givenUp')).status.word, 'given up');
});
