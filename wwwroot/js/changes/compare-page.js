// What differs between two entries of a server's history. Any two can be chosen; the address names them.
app.ComparePage = app.View.extend({
  events: { 'change select': 'choose' },

  initialize({ name, to, from }) {
    _.extend(this, { name, to, from, title: `${name}: what changed` });
    this.history = new app.History([], { server: new app.Server({ name }) });
    this.listenTo(this.history, 'sync update', this.paint);
    this.listenTo(app.servers, 'sync update', this.paint);
    this.history.load().catch((error) => this.fail(app.Problem.of(error)));
    this.look();
  },

  async look() {
    const question = this.question = `${this.to} ${this.from}`;
    this.changes = this.problem = null;
    this.paint();
    try {
      const changes = await this.history.changes(this.to, this.from);
      if (question === this.question) this.changes = changes;
    } catch (error) {
      if (question === this.question) this.fail(app.Problem.of(error));
    }
    this.paint();
  },

  fail(problem) { this.problem = problem; this.paint(); },

  render() {
    const { name, to, from, problem, changes } = this;
    return this.draw('compare-page', {
      server: name,
      serverHref: app.Server.href(name),
      ends: [
        { name: 'from', label: 'From', entries: this.entries(from) },
        { name: 'to', label: 'To', entries: this.entries(to) }
      ],
      same: String(to) === String(from),
      problem,
      waiting: !changes && !problem,
      changes: changes && app.changesTemplate(changes)
    });
  },

  entries(chosen) {
    const now = app.servers.get(this.name)?.get('configuration')?.build;
    return this.history.map(({ attributes: entry }) => ({
      build: entry.build,
      chosen: String(entry.build) === String(chosen),
      text: [`build ${entry.build}`, app.time.when(new Date(entry.at)), `${entry.app} ${entry.path}`, app.text.revision(entry.revision).short,
        entry.result === 'succeeded' ? '' : entry.result, entry.build === now ? 'the present' : ''].filter(Boolean).join(', ')
    }));
  },

  // Stays on this page, so that somebody who goes through a list by keys keeps the focus.
  choose(event) {
    this[event.currentTarget.name] = event.currentTarget.value;
    history.replaceState(null, '', app.History.compareHref(this.name, this.to, this.from));
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.look(), 300);
  },

  remove() {
    clearTimeout(this.timer);
    return app.View.prototype.remove.call(this);
  }
});
