// One server on the board, with what its reader may do with it.
app.ServerRow = app.View.extend({
  tagName: 'tr',
  attributes: { role: 'row' },
  events: {
    'click [name=reserve]': 'reserve',
    'click [name=change]': 'reserve',
    'click [name=build]': 'build',
    'click [name=release]': 'release',
    'click [name=newest]': 'newestData',
    'click [name=takeover]': 'takeOver'
  },

  initialize() {
    this.listenTo(this.model, 'change', this.paint);
    this.listenTo(this.model, 'change:unusable change:reservation', () => { this.problem = null; });
  },

  render() {
    const { model } = this;
    this.el.className = model.get('unusable') ? 'unusable' : model.status().icon;
    return this.draw('server-row', _.extend(model.toTemplate(), { actions: this.actions(), server: model.id, busy: this.busy, problem: this.problem }));
  },

  actions() {
    const { model } = this;
    // Each verb has a place of its own, so that none comes to stand where another one was clicked.
    const slots = { build: 'first', release: 'third' };
    const action = (name, word, look) => ({ name, word, look, slot: slots[name] || 'second' });
    const build = (look) => (model.canBuild() ? [action('build', 'Build', look)] : []);
    if (model.isMine()) return [...build('primary'), action('change', 'Extend', ''), action('release', 'Release', '')];
    if (model.get('unusable')) return [];
    if (model.get('reservation')) return [action('takeover', 'Take over', '')];
    return [...build(''), action('reserve', 'Reserve', 'primary')];
  },

  reserve() { app.ReserveDialog.ask(this.model); },
  build() { app.BuildDialog.ask(this.model); },
  newestData() { app.ReplaceDialog.newestData(this.model); },
  takeOver() { app.TakeoverDialog.ask(this.model); },
  release() { app.ReleaseDialog.ask(this.model, (verb) => this.act(verb)); }
});
