// One restore, live: its steps and its log.
app.RestorePage = app.View.extend({
  initialize({ id, line }) {
    this.line = line;
    this.title = `Restore ${id}`;
    this.model = new app.Restore({ id });
    this.facts = this.own(new app.View());
    this.$el.append(this.facts.el);
    this.listenTo(this.model, 'change', this.paint);
    this.listenTo(app.live, 'restore', (restore) => { if (String(restore.id) === id) this.model.set(restore); });
    this.listenTo(app.clock, 'second', () => { if (!this.model.isOver()) this.paint(); });
    this.load().catch(() => null);   // the lost connection has its own banner
  },

  refresh() { return this.missing ? null : this.load(); },

  // That there is none of this number, or that it is no number, is an answer, too.
  load() {
    return this.model.load().catch((error) => {
      const problem = app.Problem.of(error);
      if (![400, 404].includes(problem.status)) throw error;
      this.fail(problem);
    });
  },

  fail(problem) {
    this.missing = problem;
    this.paint();
  },

  render() {
    if (this.missing) { this.facts.draw('gone', this.missing); return this; }
    if (!this.model.has('state')) return this;
    const restore = this.model.attributes;
    this.facts.draw('restore-page', _.extend(app.Restore.words(restore), {
      steps: app.stepsTemplate(restore.steps),
      ended: restore.state === 'succeeded',
      data: app.time.of(restore.dataTime, app.time.data),
      size: app.text.size(restore.size) || 'unknown'
    }));
    if (!this.log) {
      this.log = this.own(new app.LogView({
        url: `${this.model.url()}/log`, file: `restore-${this.model.id}.log`,
        page: app.Restore.href(this.model.id), line: this.line,
        since: restore.startedAt || restore.at, isOver: () => this.model.isOver()
      }));
      this.$el.append(this.log.render().el);
    }
    return this;
  }
});
