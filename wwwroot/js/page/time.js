// Instants come in UTC and are shown in the reader's own zone: relative or short in the text, exact in the title. What
// time it is now, the console says.
(function () {
  const minute = 60000, hour = 60 * minute, day = 24 * hour;
  const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
  const two = (number) => String(number).padStart(2, '0');
  const midnight = (date) => new Date(date.getFullYear(), date.getMonth(), date.getDate());
  // Rounded, so that the two days of the year with 23 and 25 hours count as one.
  const daysFromToday = (date) => Math.round((midnight(date) - midnight(new Date(app.now()))) / day);

  const wall = (date) => `${two(date.getHours())}:${two(date.getMinutes())}`;

  function span(ms) {
    if (ms < minute) return 'less than a minute';
    if (ms < hour) return `${Math.floor(ms / minute)} min`;
    if (ms < 4 * hour && ms % hour >= minute) return `${Math.floor(ms / hour)} h ${Math.floor((ms % hour) / minute)} min`;
    if (ms < 2 * day) return `${Math.floor(ms / hour)} h`;
    return `${Math.floor(ms / day)} d`;
  }

  app.time = {
    span,

    clock: (date) => `${wall(date)}${app.zone.which(date)}`,
    seconds: (date) => `${wall(date)}:${two(date.getSeconds())}${app.zone.which(date)}`,

    day(date) {
      const year = date.getFullYear() === new Date(app.now()).getFullYear() ? '' : ` ${date.getFullYear()}`;
      return `${date.getDate()} ${months[date.getMonth()]}${year}`;
    },

    // 18:30 · tomorrow 09:00 · 24 Nov 18:30
    when(date) {
      const near = { '-1': 'yesterday ', 0: '', 1: 'tomorrow ' }[daysFromToday(date)];
      return `${near === undefined ? `${app.time.day(date)} ` : near}${app.time.clock(date)}`;
    },

    // The night whose data it is: 22 Nov 01:00
    night: (date) => `${app.time.day(date)} ${app.time.clock(date)}`,

    old(date) {
      const ms = app.now() - date;
      return ms < -2 * minute ? 'of the future, so its age is unknown' : `${span(Math.max(0, ms))} old`;
    },

    ago(date) {
      const ms = app.now() - date;
      return ms < minute ? 'just now' : `${span(ms)} ago`;
    },

    left(date) {
      const ms = date - app.now();
      return ms <= 0 ? 'over' : `${span(ms)} left`;
    },

    // A guess: in a few seconds · in about 20 s · in about 3 min · in about 25 min, at 18:30
    soon(date) {
      const ms = date - app.now();
      if (ms < 5000) return 'in a few seconds';
      if (ms < minute - 5000) return `in about ${Math.ceil(ms / 5000) * 5} s`;
      if (ms < hour) return `in about ${Math.ceil(ms / minute)} min${ms > 10 * minute ? `, at ${app.time.clock(date)}` : ''}`;
      return `in about ${span(ms)}, at ${app.time.when(date)}`;
    },

    // How much newer the second of two instants is.
    apart(from, to) {
      if (+from === +to) return 'the same data';
      return `${span(Math.abs(to - from))} ${to > from ? 'newer' : 'older'}`;
    },

    // "data of 22 Nov, 13 h old tells the night; the title tells the second.
    data: (date) => `data of ${app.time.day(date)}, ${app.time.old(date)}`,

    dataDay: (date) => `data of ${app.time.day(date)}`,

    exact: (date) => date.toLocaleString('en-GB', { dateStyle: 'full', timeStyle: 'long' }),

    // What the `time` template needs, or null when there is no such instant.
    of(instant, words) {
      const date = instant ? new Date(instant) : null;
      if (!date || Number.isNaN(date.getTime())) return null;
      return { iso: date.toISOString(), exact: app.time.exact(date), text: (words || app.time.when)(date) };
    },

    secondsSince: (instant) => Math.max(0, (app.now() - new Date(instant)) / 1000),

    // The form of <input type="datetime-local">, in local time.
    field: (date) => `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}T${wall(date)}`,

    // Sentences of the console have times as 2026-11-25 17:00 UTC: on the page they are in the page's zone, too.
    said: (text) => (text || '').replace(/\b(\d{4}-\d\d-\d\d) (\d\d:\d\d) UTC\b/g, (whole, day, clock) => {
      const date = new Date(`${day}T${clock}Z`);
      return Number.isNaN(date.getTime()) ? whole : app.time.when(date);
    })
  };
})();
