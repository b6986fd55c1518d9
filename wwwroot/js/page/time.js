// Instants come in UTC and are shown in the reader's own zone: relative or short in the text, exact in the title. What
// time it is now, the console says.
import { ahead, now } from './now.js';
import { wall, which } from './zone.js';

export { now } from './now.js';

const minute = 60000, hour = 60 * minute, dayLong = 24 * hour;
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const two = (number) => String(number).padStart(2, '0');
const midnight = (date) => new Date(date.getFullYear(), date.getMonth(), date.getDate());
// Rounded, so that the two days of the year with 23 and 25 hours count as one.
const daysFromToday = (date) => Math.round((midnight(date) - midnight(new Date(now()))) / dayLong);

export function span(ms) {
  if (ms < minute) return 'less than a minute';
  if (ms < hour) return `${Math.floor(ms / minute)} min`;
  const hours = `${Math.floor(ms / hour)} h`;
  if (ms < 4 * hour && ms % hour >= minute) return `${hours} ${Math.floor((ms % hour) / minute)} min`;
  return ms < 2 * dayLong ? hours : `${Math.floor(ms / dayLong)} d`;
}

export const inHours = (hours) => new Date(now() + hours * hour);

export const clock = (date) => `${wall(date)}${which(date)}`;
export const seconds = (date) => `${wall(date)}:${two(date.getSeconds())}${which(date)}`;

export function day(date) {
  const year = date.getFullYear() === new Date(now()).getFullYear() ? '' : ` ${date.getFullYear()}`;
  return `${date.getDate()} ${months[date.getMonth()]}${year}`;
}

// 18:30 · tomorrow 09:00 · 24 Nov 18:30
export function when(date) {
  const near = { '-1': 'yesterday ', 0: '', 1: 'tomorrow ' }[daysFromToday(date)];
  return `${near === undefined ? `${day(date)} ` : near}${clock(date)}`;
}

// The night whose data it is: 22 Nov 01:00
export const night = (date) => `${day(date)} ${clock(date)}`;

export function old(date) {
  const ms = now() - date;
  return ms < -2 * minute ? 'of the future, so its age is unknown' : `${span(Math.max(0, ms))} old`;
}

export function ago(date) {
  const ms = now() - date;
  return ms < minute ? 'just now' : `${span(ms)} ago`;
}

export function left(date) {
  const ms = date - now();
  return ms <= 0 ? 'over' : `${span(ms)} left`;
}

// A guess: in a few seconds · in about 20 s · in about 3 min · in about 25 min, at 18:30
export function soon(date) {
  const ms = date - now();
  if (ms < 5000) return 'in a few seconds';
  if (ms < minute - 5000) return `in about ${Math.ceil(ms / 5000) * 5} s`;
  if (ms < hour) return `in about ${Math.ceil(ms / minute)} min${ms > 10 * minute ? `, at ${clock(date)}` : ''}`;
  return `in about ${span(ms)}, at ${when(date)}`;
}

// How much newer the second of two instants is.
export function apart(from, to) {
  if (+from === +to) return 'the same data';
  return `${span(Math.abs(to - from))} ${to > from ? 'newer' : 'older'}`;
}

// "data of 22 Nov, 13 h old" tells the night; the title tells the second.
export const data = (date) => `data of ${day(date)}, ${old(date)}`;

export const dataDay = (date) => `data of ${day(date)}`;

export const exact = (date) => date.toLocaleString('en-GB', { dateStyle: 'full', timeStyle: 'long' });

// What the `time` template needs, or null when there is no such instant.
export function of(instant, words = when) {
  const date = instant ? new Date(instant) : null;
  if (!date || Number.isNaN(date.getTime())) return null;
  return { iso: date.toISOString(), exact: exact(date), text: words(date) };
}

export const secondsSince = (instant) => Math.max(0, (now() - new Date(instant)) / 1000);

// Sentences of the console have times as 2026-11-25 17:00 UTC: on the page they are in the page's zone, too.
export const said = (text) => (text || '').replace(/\b(\d{4}-\d\d-\d\d) (\d\d:\d\d) UTC\b/g, (whole, date, hours) => {
  const instant = new Date(`${date}T${hours}Z`);
  return Number.isNaN(instant.getTime()) ? whole : when(instant);
});

// A reader's clock that is off by more than a moment is told of.
export function clockDiffers() {
  const ms = Math.abs(ahead);
  if (ms < 30000) return null;
  return `Your computer’s clock is ${span(ms)} ${ahead > 0 ? 'behind' : 'ahead of'} the console’s.`;
}
