// The zone of all times on the page is the reader's own. When clocks go back an hour comes twice: then a time says
// which.
const minute = 60000, far = 3 * 60 * minute;
const offset = (date) => -date.getTimezoneOffset();
const two = (number) => String(number).padStart(2, '0');

export const place = () => Intl.DateTimeFormat().resolvedOptions().timeZone || 'unknown';

// UTC · UTC+1 · UTC-3:30
export function name(date) {
  const east = offset(date);
  if (!east) return 'UTC';
  const hours = Math.floor(Math.abs(east) / 60), rest = Math.abs(east) % 60;
  return `UTC${east < 0 ? '−' : '+'}${hours}${rest ? `:${two(rest)}` : ''}`;
}

// The other instant at which a clock on the wall shows the same, or null.
export function twin(date) {
  for (const way of [-far, far]) {
    const there = new Date(+date + way);
    const other = new Date(+date + (offset(date) - offset(there)) * minute);
    if (+other !== +date && offset(other) === offset(there)) return other;
  }
  return null;
}

// Which of the two it is, as the end of a time; nothing at all other times.
export const which = (date) => (twin(date) ? ` ${name(date)}` : '');

// What a clock on the wall shows: 02:30.
export const wall = (date) => `${two(date.getHours())}:${two(date.getMinutes())}`;

// The form of <input type="datetime-local">, in local time.
export const field = (date) =>
  `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}T${wall(date)}`;

// The instants that a clock on the wall shows as 2026-10-25T02:30: none, one, or two, the earlier first.
export function instants(text) {
  const date = new Date(text);
  if (Number.isNaN(date.getTime()) || field(date) !== text.slice(0, 16)) return [];
  return [date, twin(date)].filter(Boolean).sort((one, other) => one - other);
}
