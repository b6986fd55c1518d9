// The configurations a server has had, newest first; each can be run again.
app.History = Backbone.Collection.extend({
  initialize(models, options) { this.server = options.server; },
  url() { return app.api.path('servers', this.server.id, 'history'); },
  modelId: (entry) => entry.build,
  parse: (answer) => answer.history
});

app.HistoryView = app.View.extend({
  events: { 'click .again': 'runAgain' },

  initialize() {
    this.listenTo(this.collection, 'sync update reset', this.paint);
    this.listenTo(this.collection.server, 'change:configuration change:state change:reservation', this.paint);
    this.listenTo(app.clock, 'tick', this.paint);
  },

  render() {
    const { collection } = this;
    return this.draw('history-table', {
      server: collection.server.id,
      any: collection.length > 0,
      loaded: collection.loaded,
      usable: collection.server.canBuild(),
      entries: collection.map((entry, index) => this.entry(entry.attributes, index)),
      problem: null
    });
  },

  entry(entry, index) {
    return {
      index,
      build: entry.build,
      href: app.Build.href(entry.build),
      app: entry.app,
      path: entry.path,
      revision: app.text.revision(entry.revision),
      parts: app.text.parts(entry),
      data: app.time.of(entry.dataTime, app.time.night),
      by: entry.by,
      at: app.time.of(entry.at),
      took: app.text.seconds(entry.seconds),
      status: app.Build.status(entry.result),
      message: entry.message || ''
    };
  },

  runAgain(event) {
    app.BuildDialog.ask(this.collection.server, this.collection.at(Number(event.currentTarget.dataset.index)).attributes);
  }
});
