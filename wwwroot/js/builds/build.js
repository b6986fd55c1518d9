// One request to put an app on a server: its steps, its place in the queue, its outcome, and its verbs.
app.Build = Backbone.Model.extend({
  url() { return app.api.path('builds', this.id); },
  logUrl() { return `${this.url()}/log`; },
  visit() { app.router.navigate(app.Build.href(this.id), { trigger: true }); },

  isOver() { return !['queued', 'running'].includes(this.get('state')); },

  // Something is there to be kept, and something is left to do.
  canResume() {
    return ['failed', 'cancelled', 'interrupted'].includes(this.get('state')) && (this.get('steps') || []).some((step) => step.state === 'succeeded');
  },

  // The same again: the revision that was checked out then, not the newest of today.
  wish() {
    const wish = _.pick(this.attributes, 'app', 'path', 'database', 'code');
    const revision = this.get('result')?.revision || this.get('revision');
    return revision ? _.extend(wish, { revision: String(revision) }) : wish;
  },

  async cancel() {
    await app.api.write('POST', app.api.path('builds', this.id, 'cancel'), {});
    await this.load().catch(() => null);   // the write succeeded; events tell the rest
  },

  // A failed one was meant to replace the database; after one that succeeded somebody may have worked with it.
  replaces() { return this.get('state') === 'succeeded' && this.get('database'); },

  // `wish` may have `from`: 'failed' to keep what succeeded, and the `number` of the reservation that is meant.
  async retry(wish, key) {
    const build = app.builds.take(await app.api.write('POST', app.api.path('builds', this.id, 'retry'), wish, key));
    await app.servers.get(build.get('server'))?.renew();
    return build;
  },

  // Who launched it, or who holds the server.
  mayCancel() {
    const name = app.me.get('name');
    return !this.isOver() && (this.get('by') === name || Boolean(app.servers.get(this.get('server'))?.isMine()));
  },

  // Its place and what it waits for: "Number 2 in the queue: qa03 is busy with build 41 of bob."
  waiting() {
    if (this.get('state') !== 'queued') return null;
    const { position, waitsFor } = this.attributes;
    const place = position ? `Number ${position} in the queue` : 'In the queue';
    return `${place}${waitsFor ? `: ${app.time.said(waitsFor)}` : ''}`.replace(/([^.])$/, '$1.');
  },

  toTemplate() {
    const build = this.attributes;
    return _.extend({}, _.pick(build, 'id', 'server', 'app', 'path', 'by', 'state'), {
      href: app.Build.href(build.id),
      serverHref: app.Server.href(build.server),
      resumes: build.resumes ? { id: build.resumes, href: app.Build.href(build.resumes) } : null,
      repeats: build.retryOf && !build.resumes ? { id: build.retryOf, href: app.Build.href(build.retryOf) } : null,
      wanted: app.text.revision(build.revision).short,
      parts: app.text.parts(build),
      status: app.Build.status(build.state),
      message: app.time.said(build.message),
      leftOut: (build.leftOut || []).map(app.time.said),
      hold: this.holdText(),
      at: app.time.of(build.at, app.time.ago),
      took: app.took(build),
      estimate: app.estimate(build)
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
