// One request to put an app on a server: its steps, its place in the queue, its outcome, and its verbs.
app.Build = Backbone.Model.extend({
  url() { return app.api.path('builds', this.id); },
  logUrl() { return `${this.url()}/log`; },
  visit() { app.router.navigate(app.Build.href(this.id), { trigger: true }); },

  isOver() { return !['queued', 'running'].includes(this.get('state')); },
  canRetry() { return ['failed', 'cancelled', 'interrupted'].includes(this.get('state')); },

  async cancel() {
    await app.api.write('POST', app.api.path('builds', this.id, 'cancel'), {});
    await this.load().catch(() => null);   // the write succeeded; events tell the rest
  },

  async retry() {
    return app.builds.take(await app.api.write('POST', app.api.path('builds', this.id, 'retry'), {}));
  },

  // Its place and what it waits for: "Number 2 in the queue: qa03 is busy with build 41 of bob."
  waiting() {
    if (this.get('state') !== 'queued') return null;
    const { position, waitsFor } = this.attributes;
    const place = position ? `Number ${position} in the queue` : 'In the queue';
    return `${place}${waitsFor ? `: ${waitsFor}` : ''}`.replace(/([^.])$/, '$1.');
  },

  estimate() {
    const { state, estimatedStart, estimatedEnd } = this.attributes;
    const at = state === 'queued' ? estimatedStart : state === 'running' ? estimatedEnd : null;
    const date = at ? new Date(at) : null;
    if (!date) return null;
    const ms = date - Date.now();
    if (ms <= 0) return state === 'running' ? { word: 'Takes longer than usual: was to end at', ...app.time.of(at, app.time.seconds), more: '' } : null;
    const more = `, in about ${app.text.seconds(Math.ceil(ms / 1000))}`;
    return { word: state === 'queued' ? 'Starts at about' : 'Ends at about', ...app.time.of(at, app.time.clock), more };
  },

  toTemplate() {
    const build = this.attributes;
    return _.extend({}, _.pick(build, 'id', 'server', 'app', 'path', 'by', 'state', 'retryOf'), {
      href: app.Build.href(build.id),
      serverHref: `#/servers/${encodeURIComponent(build.server)}`,
      retryHref: build.retryOf ? app.Build.href(build.retryOf) : null,
      wanted: app.text.revision(build.revision).short,
      parts: app.text.parts(build),
      status: app.Build.status(build.state),
      message: build.message || '',
      at: app.time.of(build.at, app.time.ago),
      took: app.took(build),
      estimate: this.estimate()
    });
  }
}, {
  href: (id) => `#/builds/${encodeURIComponent(id)}`,
  status: (state) => app.stateTemplate(state)
});

// The builds somebody looks at, kept true by events; long ended ones leave when there are many.
app.Builds = Backbone.Collection.extend({
  model: app.Build,
  url: 'api/builds',
  parse: (answer) => answer.builds,
  comparator: (one, other) => (one.get('at') < other.get('at') ? 1 : -1),

  take(build) {
    const model = this.set([build], { remove: false })[0];
    if (this.length > 500) this.remove(this.slice(300).filter((one) => one.isOver() && one !== app.router.page?.model));
    return model;
  }
});
