// The ends a person can choose for a reservation. Every one has an end, and none is longer than the console allows.
(function () {
  const at = (days, hour) => {
    const date = new Date();
    return new Date(date.getFullYear(), date.getMonth(), date.getDate() + days, hour);
  };
  const hoursFrom = (date, hours) => new Date(date.getTime() + hours * 3600000);
  const limits = () => app.me.get('reservations');
  const inHours = (hours, more, from) => ({
    key: String(hours), word: `${app.text.count(hours, 'hour', 'hours')}${more}`,
    date: hoursFrom(from, hours), hours: more ? null : hours
  });

  // When a reservation that begins now without an end would end.
  app.usualEnd = () => hoursFrom(new Date(), limits().defaultHours);

  // For a new reservation hours from now; for one's own, what it has, and hours more.
  app.ends = function (reservation) {
    const now = new Date();
    const { defaultHours, maxHours } = limits();
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
  };

  function textOf({ key, date }, now) {
    if (date <= now) return 'with the build that runs';
    return `until ${(key === 'tomorrow' ? app.time.clock : app.time.when)(date)}`;
  }

  // What dialogs that ask for an end share. What is sent is an instant, or hours; nothing when the end stays as it is.
  app.endChoice = {
    endEvents: { 'change [name=end]': 'chooseEnd' },

    endTemplate(reservation) {
      this.ends = app.ends(reservation);
      const own = reservation ? new Date(reservation.until) : app.usualEnd();
      return {
        ends: this.ends, own: app.time.field(own), min: app.time.field(new Date()),
        max: app.time.field(hoursFrom(new Date(), limits().maxHours))
      };
    },

    chosenEnd() { return this.el.querySelector('[name=end]:checked').value; },

    chooseEnd() {
      const own = this.chosenEnd() === 'own';
      this.$('.own').prop('hidden', !own);
      if (own) this.field('own').focus();
      this.changed();
    },

    endWish() {
      const end = this.ends.find((one) => one.key === this.chosenEnd());
      if (end.key === 'same') return {};
      if (end.hours) return { hours: end.hours };
      const date = end.date || new Date(this.field('own').value);
      if (Number.isNaN(date.getTime())) {
        throw new app.Problem(0, { title: 'No end is given.', detail: 'Choose a day and a time.' });
      }
      return { until: date.toISOString() };
    }
  };
})();
