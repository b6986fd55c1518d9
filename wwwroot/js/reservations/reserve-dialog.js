// Reserve a server, or change and extend what one has.
app.ReserveDialog = app.Dialog.extend({
  template: 'reserve-dialog',
  moreEvents: { 'change [name=end]': 'choose', 'click [name=takeover]': 'takeOver', 'input input': 'changed' },

  initialize() {
    this.mine = this.model.isMine() ? this.model.get('reservation') : null;
    this.word = this.mine ? 'Save' : 'Reserve';
    this.ends = app.ends(this.mine);
  },

  data() {
    const own = this.mine ? new Date(this.mine.until) : this.ends.find((end) => end.chosen).date;
    return {
      title: this.mine ? `Extend or change ${this.model.id}` : `Reserve ${this.model.id}`,
      purpose: this.mine?.purpose || '',
      ends: this.ends,
      own: app.time.field(own),
      min: app.time.field(new Date())
    };
  },

  chosen() { return this.el.querySelector('[name=end]:checked').value; },

  choose() {
    const own = this.chosen() === 'own';
    this.$('.own').prop('hidden', !own);
    if (own) this.field('own').focus();
    this.changed();
  },

  wish() {
    const end = this.ends.find((one) => one.key === this.chosen());
    const wish = { purpose: this.value('purpose') };
    if (end.hours) return _.extend(wish, { hours: end.hours });
    const date = end.date || new Date(this.field('own').value);
    if (Number.isNaN(date.getTime())) throw new app.Problem(400, { title: 'No end is given.', detail: 'Choose a day and a time.' });
    return _.extend(wish, { until: date.toISOString() });
  },

  async send() {
    await this.model.reserve(this.wish());
    const reservation = this.model.get('reservation');
    app.notice(`${this.model.id} is yours${reservation ? ` until ${app.time.when(new Date(reservation.until))}` : ''}.`);
  },

  // Somebody was quicker: say who, until when, what for, and what one can do.
  refuse(problem) {
    if (problem.status !== 409 || !problem.holder) { this.show('problem', problem); return; }
    this.conflict = { holder: problem.holder, purpose: problem.purpose, until: problem.until };
    this.show('conflict', app.TakeoverDialog.words(this.model, this.conflict));
    this.model.renew();
  },

  takeOver() {
    this.close();
    new app.TakeoverDialog({ model: this.model, reservation: this.conflict }).open();
  }
}, {
  ask(model) { app.me.named(() => new app.ReserveDialog({ model }).open()); }
});
