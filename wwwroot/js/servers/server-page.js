// One server: who has it, what is on it, what is being built, and what was on it before.
app.ServerPage = app.View.extend({
  events: {
    'click [name=reserve]': 'reserve',
    'click [name=change]': 'reserve',
    'click [name=release]': 'release',
    'click [name=takeover]': 'takeOver',
    'click [name=build]': 'build',
    'click [name=newest]': 'newestData'
  },

  initialize({ name }) {
    this.title = name;
    this.name = name;
    this.follow();
    this.listenTo(app.servers, 'add reset sync', this.follow);
    this.listenTo(app.me, 'change', this.paint);
    this.listenTo(app.bases, 'update change', this.paint);
    this.listenTo(app.apps, 'update', this.paint);
    this.listenTo(app.clock, 'tick', this.paint);
    this.listenTo(app.builds, 'change', this.paint);
  },

  // The server may not be known yet, when the page is opened by its address.
  follow() {
    const model = app.servers.get(this.name);
    if (!model || model === this.model) { this.paint(); return; }
    if (this.model) this.stopListening(this.model);   // without a model it would stop all listening
    this.model = model;
    this.listenTo(model, 'change', this.paint);
    this.listenTo(model, 'change:configuration change:build', () => this.history.load().catch(() => null));
    this.history = new app.History([], { server: model });
    this.historyView = this.own(new app.HistoryView({ collection: this.history }));
    this.history.load().catch(() => null);   // the look every 30 s, or the lost connection, tells
    this.paint();
  },

  refresh() { return this.history?.load(); },

  render() {
    if (!this.model) return this.renderUnknown();
    this.draw('server-page', _.extend(this.model.toTemplate(), {
      holds: this.holds(), makes: this.makes(), busy: this.busy, problem: this.problem
    }));
    const place = this.$('.history')[0];
    if (place && place !== this.historyView.el.parentElement) place.append(this.historyView.render().el);
    return this;
  },

  renderUnknown() {
    if (!app.servers.loaded) return this;
    return this.draw('gone', { title: `No server ${this.name}`, detail: 'No host offers a server of this name now.' });
  },

  holds() {
    const { model } = this;
    if (model.isMine()) return [{ name: 'change', word: 'Extend or change', look: '' }, { name: 'release', word: 'Release', look: '' }];
    if (model.get('unusable')) return [];
    if (model.get('reservation')) return [{ name: 'takeover', word: 'Take over', look: '' }];
    return [{ name: 'reserve', word: 'Reserve', look: 'primary' }];
  },

  makes() {
    const { model } = this;
    if (!model.canBuild()) return [];
    const word = model.newerData() ? 'Newest data, same code …' : 'Fresh copy, same code …';
    const newest = model.canRenewData() ? [{ name: 'newest', word, look: '' }] : [];
    return [{ name: 'build', word: 'Build', look: 'primary' }, ...newest];
  },

  reserve() { app.ReserveDialog.ask(this.model); },
  takeOver() { app.TakeoverDialog.ask(this.model); },
  build() { app.BuildDialog.ask(this.model); },
  release() { app.ReleaseDialog.ask(this.model, (verb) => this.act(verb)); },

  newestData() { app.ReplaceDialog.newestData(this.model); }
});
