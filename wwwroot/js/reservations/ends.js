// The ends a person can choose for a reservation. Every one has an end, and none is longer than the console allows:
// its limits come with api/me.
import * as format from '../page/format.js';
import * as time from '../page/time.js';

const at = (days, hour) => {
  const date = new Date(time.now());
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() + days, hour);
};
export const hoursFrom = (date, hours) => new Date(date.getTime() + hours * 3600000);
const inHours = (hours, more, from) => ({
  key: String(hours), word: `${format.count(hours, 'hour', 'hours')}${more}`,
  date: hoursFrom(from, hours), hours: more ? null : hours
});

// When a reservation that begins now without an end would end.
export const usualEnd = ({ defaultHours }) => hoursFrom(new Date(time.now()), defaultHours);

// For a new reservation hours from now; for one's own, what it has, and hours more.
export function endsOf({ defaultHours, maxHours }, reservation) {
  const now = new Date(time.now());
  const end = reservation && new Date(reservation.until);
  const from = end > now ? end : now;
  const hours = [...new Set([1, 4, defaultHours])].sort((one, other) => one - other);
  const ends = [
    ...hours.map((number) => inHours(number, reservation ? ' more' : '', from)),
    { key: 'today', word: 'End of day', date: at(0, 18) },
    { key: 'tomorrow', word: 'Tomorrow', date: at(1, 18) }
  ].filter(({ date }) => date > now && date <= hoursFrom(now, maxHours));
  if (reservation) ends.unshift({ key: 'same', word: 'As it is', date: end });
  ends.push({ key: 'own', word: 'Other', date: null });
  ends.forEach((one) => {
    one.chosen = one.key === (reservation ? 'same' : String(defaultHours));
    one.text = one.date ? textOf(one, now) : 'day and time';
  });
  return ends;
}

// What one click makes of one's own end: an hour more, or the end of the day. None while somebody waits.
export function moreOf({ maxHours }, reservation, waits) {
  const now = new Date(time.now());
  const end = new Date(reservation.until);
  const day = at(0, 18);
  const ends = [
    { name: 'hour', word: '1 hour more', date: hoursFrom(end > now ? end : now, 1) },
    { name: 'day', word: `Until ${time.clock(day)}`, date: day }
  ];
  return waits ? [] : ends.filter(({ date }) => date > end && date > now && date <= hoursFrom(now, maxHours));
}

function textOf({ key, date }, now) {
  if (date <= now) return 'with the build that runs';
  return `until ${(key === 'tomorrow' ? time.clock : time.when)(date)}`;
}

// How long somebody wants a server who has said until when, had they it now: a quarter of an hour at least.
export function hoursOf({ hours, until }, { defaultHours }) {
  if (!until) return hours || defaultHours;
  return Math.max(0.25, Math.round((new Date(until) - time.now()) / 36000) / 100);
}
