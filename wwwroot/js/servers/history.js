// The configurations a server has had, newest first.
app.History = Backbone.Collection.extend({
  initialize(models, options) { this.server = options.server; },
  url() { return app.api.path('servers', this.server.id, 'history'); },
  modelId: (entry) => entry.build,
  parse: (answer) => answer.history,

  // One entry with its settings as they were rendered.
  async entry(build) { return (await app.api.read(app.api.path('servers', this.server.id, 'history', build))).body; },

  // What differs between two entries; asking the repository can take a while.
  async changes(to, from) {
    const address = `${app.api.path('servers', this.server.id, 'history', to, 'changes')}?since=${encodeURIComponent(from)}`;
    return (await app.api.read(address, null, AbortSignal.timeout(30000))).body;
  },

  // What an entry is compared with: the present configuration, and the entry before it.
  compares(build, server) {
    const at = this.findIndex((entry) => String(entry.get('build')) === String(build));
    const present = server?.get('configuration')?.build ?? this.first()?.get('build');
    const before = at < 0 ? null : this.at(at + 1)?.get('build');
    const href = (to, from) => app.History.compareHref(this.server.id, to, from);
    return [
      ...(present && String(present) !== String(build) ? [{ word: 'Compare with the present', href: href(present, build) }] : []),
      ...(before ? [{ word: 'Compare with the entry before', href: href(build, before) }] : [])
    ];
  }
}, {
  href: (server, build) => `${app.Server.href(server)}/history/${encodeURIComponent(build)}`,
  compareHref: (server, to, from) => `${app.History.href(server, to)}/since/${encodeURIComponent(from)}`,

  words: (entry) => ({
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
    message: app.time.said(entry.message)
  })
});
