// The zone of all times on the page is the reader's own. When clocks go back an hour comes twice: then a time says
// which.
(function () {
  const minute = 60000, far = 3 * 60 * minute;
  const offset = (date) => -date.getTimezoneOffset();

  app.zone = {
    place: () => Intl.DateTimeFormat().resolvedOptions().timeZone || 'unknown',

    // UTC · UTC+1 · UTC-3:30
    name(date) {
      const east = offset(date);
      if (!east) return 'UTC';
      const hours = Math.floor(Math.abs(east) / 60), rest = Math.abs(east) % 60;
      return `UTC${east < 0 ? '−' : '+'}${hours}${rest ? `:${String(rest).padStart(2, '0')}` : ''}`;
    },

    // The other instant at which a clock on the wall shows the same, or null.
    twin(date) {
      for (const way of [-far, far]) {
        const there = new Date(+date + way);
        const twin = new Date(+date + (offset(date) - offset(there)) * minute);
        if (+twin !== +date && offset(twin) === offset(there)) return twin;
      }
      return null;
    },

    // Which of the two it is, as the end of a time; nothing at all other times.
    which: (date) => (app.zone.twin(date) ? ` ${app.zone.name(date)}` : ''),

    // The instants that a clock on the wall shows as 2026-10-25T02:30: none, one, or two, the earlier first.
    instants(text) {
      const date = new Date(text);
      if (Number.isNaN(date.getTime()) || app.time.field(date) !== text.slice(0, 16)) return [];
      return [date, app.zone.twin(date)].filter(Boolean).sort((one, other) => one - other);
    }
  };
})();
