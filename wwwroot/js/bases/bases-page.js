// Every base: how old its data is, its spares, its last restore, and a restore while it runs.
app.BasesPage = app.View.extend({
  title: 'Bases',
  events: { 'click .restore': 'restore', 'click .drop': 'drop' },

  initialize() {
    this.refusals = {};
    this.listenTo(app.bases, 'update change sync', this.paint);
    this.listenTo(app.copies, 'update change sync', this.paint);
    this.listenTo(app.clock, 'second', this.paint);
  },

  render() {
    return this.draw('bases-page', {
      busy: this.busy,
      problem: null,
      none: app.bases.loaded ? 'The console’s settings name no base.' : 'Loading …',
      bases: app.bases.map((base) => _.extend(base.toTemplate(), { refusal: this.refusals[base.id] || null })),
      unused: app.copies.toTemplate()
    });
  },

  drop(event) {
    const model = app.copies.get(event.currentTarget.dataset.copy);
    app.me.named(() => new app.DropDialog({ model }).open());
  },

  restore(event) {
    const { base } = event.currentTarget.dataset;
    delete this.refusals[base];
    app.me.named(async () => {
      await this.act(() => app.bases.get(base).restore());
      if (this.problem) this.refusals[base] = this.problem;
      else app.notice(`The restore of ${base} has been asked for.`);
      this.paint();
    });
  }
});
