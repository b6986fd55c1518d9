// Who holds a server, in words: for its row and page, for dialogs, and for the builds under it.
import { me } from '../access/me.js';
import * as addresses from '../page/addresses.js';
import * as time from '../page/time.js';
import { usualEnd } from './ends.js';

// The build with which a reservation ends whose time is over; null: it ends by time.
export function endsWith(server, reservation) {
  const build = server.get('build');
  const isOver = new Date(reservation.until) <= time.now();
  return isOver && build?.state === 'running' && build.reservation === reservation.number ? build.id : null;
}

export function holdWords(server) {
  const reservation = server.get('reservation');
  if (!reservation) return null;
  const build = endsWith(server, reservation);
  return {
    server: server.id,
    holder: reservation.holder,
    purpose: reservation.purpose || '',
    since: time.of(reservation.since),
    until: build ? null : time.of(reservation.until),
    left: build ? null : time.left(new Date(reservation.until)),
    ends: build && { id: build, href: addresses.build(build) },
    taken: takenWords(reservation.takenFrom),
    givenBy: reservation.givenBy,
    shared: reservation.sharedWith.join(', ') || null,
    asked: reservation.asked.map((one) => askWords(one, reservation))
  };
}

function askWords(one, reservation) {
  const { holder } = reservation;
  const words = { keep: `${holder} still needs it`, until: `${holder} has it until its end` };
  return { person: one.person, text: one.text, at: time.of(one.at, time.ago), answer: words[one.answer] || null };
}

function takenWords(from) {
  if (!from) return null;
  const became = { cancel: 'was cancelled', finish: 'may finish' }[from.builds];
  return {
    from: from.holder, reason: from.reason, at: time.of(from.at),
    build: from.build && became ? { id: from.build, href: addresses.build(from.build), became } : null
  };
}

// What launching a build means for the reservation that was seen, before anybody clicks.
export function launchText(server, seen) {
  if (!seen) {
    const end = time.when(usualEnd(me.get('reservations')));
    return `${server.id} is free: this reserves it for you until ${end}. `
      + 'It is given back when the build has touched nothing.';
  }
  if (seen.holder !== me.get('name')) return `${server.id} is reserved by ${seen.holder}.`;
  const build = endsWith(server, seen);
  if (!build) return `Runs under your reservation of ${server.id}, until ${time.when(new Date(seen.until))}.`;
  return `Your reservation of ${server.id} ends with build ${build}. Extend it first: what waits then is cancelled.`;
}
