// The ends a person can choose for a reservation. Every reservation has one.
(function () {
  const at = (days, hour) => {
    const date = new Date();
    return new Date(date.getFullYear(), date.getMonth(), date.getDate() + days, hour);
  };
  const hoursFrom = (date, hours) => new Date(date.getTime() + hours * 3600000);

  // For a new reservation hours from now; for one's own, what it has, and hours more.
  app.ends = function (reservation) {
    const now = new Date();
    const from = reservation ? new Date(reservation.until) : now;
    const more = reservation ? ' more' : '';
    const ends = [
      { key: '1', word: `1 hour${more}`, date: hoursFrom(from, 1), hours: reservation ? null : 1 },
      { key: '4', word: `4 hours${more}`, date: hoursFrom(from, 4), hours: reservation ? null : 4 },
      { key: 'today', word: 'End of day', date: at(0, 18) },
      { key: 'tomorrow', word: 'Tomorrow', date: at(1, 18) }
    ].filter((end) => end.date > now);
    if (reservation) ends.unshift({ key: 'same', word: 'As it is', date: from });
    ends.push({ key: 'own', word: 'Other', date: null });
    ends.forEach((end) => {
      end.chosen = end.key === (reservation ? 'same' : '4');
      end.text = end.date ? `until ${(end.key === 'tomorrow' ? app.time.clock : app.time.when)(end.date)}` : 'day and time';
    });
    return ends;
  };
})();
