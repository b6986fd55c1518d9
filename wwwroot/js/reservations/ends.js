// The ends a person can choose for a reservation. Every one has an end, and none is longer than the console allows.
(function () {
  const at = (days, hour) => {
    const date = new Date(app.now());
    return new Date(date.getFullYear(), date.getMonth(), date.getDate() + days, hour);
  };
  const hoursFrom = (date, hours) => new Date(date.getTime() + hours * 3600000);
  const limits = () => app.me.get('reservations');
  const inHours = (hours, more, from) => ({
    key: String(hours), word: `${app.text.count(hours, 'hour', 'hours')}${more}`,
    date: hoursFrom(from, hours), hours: more ? null : hours
  });

  // When a reservation that begins now without an end would end.
  app.usualEnd = () => hoursFrom(new Date(app.now()), limits().defaultHours);

  // For a new reservation hours from now; for one's own, what it has, and hours more.
  app.ends = function (reservation) {
    const now = new Date(app.now());
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
    endEvents: { 'change [name=end]': 'chooseEnd', 'input [name=own]': 'drawOwn', 'change [name=which]': 'changed' },

    endTemplate(reservation) {
      this.ends = app.ends(reservation);
      this.ownEnd = reservation ? new Date(reservation.until) : app.usualEnd();
      const now = new Date(app.now());
      return {
        ends: this.ends, own: app.time.field(this.ownEnd), min: app.time.field(now),
        max: app.time.field(hoursFrom(now, limits().maxHours)), zone: app.zone.name(this.ownEnd)
      };
    },

    chosenEnd() { return this.el.querySelector('[name=end]:checked').value; },

    chooseEnd() {
      const own = this.chosenEnd() === 'own';
      this.$('.own').prop('hidden', !own);
      if (own) this.field('own').focus();
      this.drawOwn();
    },

    // When clocks go back an hour comes twice, and when they go forward one is left out: then the choice is shown, or
    // that there is none.
    drawOwn() {
      const instants = this.ownInstants();
      const words = (date, index) => ({
        value: index, name: app.zone.name(date),
        text: index ? 'after the clocks went back' : 'before the clocks go back',
        chosen: +date === +this.ownEnd || (index === 0 && !instants.some((one) => +one === +this.ownEnd))
      });
      const twice = instants.length > 1 && { instants: instants.map(words) };
      this.$('.own-which').html(app.render('end-which', { twice }));
      this.changed();
    },

    // What was not touched is meant to the second.
    ownInstants() {
      const text = this.field('own').value;
      const same = (date) => text === app.time.field(this.ownEnd) && app.zone.name(date) === app.zone.name(this.ownEnd);
      return app.zone.instants(text).map((date) => (same(date) ? this.ownEnd : date));
    },

    ownDate() {
      const instants = this.ownInstants();
      if (instants.length) return instants[this.el.querySelector('[name=which]:checked')?.value || 0];
      const text = this.field('own').value;
      if (!text) throw new app.Problem(0, { title: 'No end is given.', detail: 'Choose a day and a time.' });
      const detail = `Clocks are put forward over ${text.replace('T', ' ')}. Choose another one.`;
      throw new app.Problem(0, { title: 'There is no such time.', detail });
    },

    endWish() {
      const end = this.ends.find((one) => one.key === this.chosenEnd());
      if (end.key === 'same') return {};
      if (end.hours) return { hours: end.hours };
      const date = end.date || this.ownDate();
      return this.mine && date === this.ownEnd ? {} : { until: date.toISOString() };
    }
  };
})();
