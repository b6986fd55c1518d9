// A virtual test machine: its state, who has it, what runs on it, and the verbs a person has for it.
app.Server = Backbone.Model.extend({
  idAttribute: 'name',
  urlRoot: 'api/servers',
  url() { return app.api.path('servers', this.id); },
  href() { return app.Server.href(this.id); },

  isRunning() { return this.get('state') === 'running'; },
  isFree() { return this.isRunning() && !this.get('reservation'); },
  isMine() { return this.holder() !== null && this.holder() === app.me.get('name'); },
  holder() { return this.get('reservation')?.holder ?? null; },
  canBuild() { return this.isRunning() && (this.isMine() || this.isFree()); },

  async reserve(wish) {
    const reservation = await app.api.write('PUT', app.api.path('servers', this.id, 'reservation'), wish);
    await this.renew();
    return reservation;
  },

  async release() {
    await app.api.write('DELETE', app.api.path('servers', this.id, 'reservation'));
    app.notice(`${this.id} is free again.`);
    await this.renew();
  },

  async takeOver(reason, key) {
    await app.api.write('POST', app.api.path('servers', this.id, 'reservation', 'takeover'), { reason }, key);
    await this.renew();
  },

  async startBuild(wish, key) {
    const build = app.builds.take(await app.api.write('POST', app.api.path('servers', this.id, 'builds'), wish, key));
    this.takeBuild(build.attributes);
    return build;
  },

  // What a build would change, without building; asking the repository can take a while.
  async plan(wish, signal) {
    const query = new URLSearchParams(wish).toString();
    return (await app.api.read(`${app.api.path('servers', this.id, 'plan')}?${query}`, null, signal)).body;
  },

  // The write succeeded: a failing look afterwards is the live page's business, not the writer's.
  renew() { return this.fetch().catch(() => null); },

  takeBuild(build) {
    const current = this.get('build');
    if (build.state === 'queued' && current && current.id !== build.id) return;   // another one is running before it
    if (build.state === 'queued' || build.state === 'running') {
      const running = (build.steps || []).filter((step) => step.state === 'running');
      const step = current?.id === build.id && current.step ? running.find((one) => one.name === current.step) || running[0] : running[0];
      this.set('build', { id: build.id, state: build.state, app: build.app, path: build.path, step: step?.name ?? null, progress: step?.progress ?? null, waiting: current?.waiting ?? 0 });
    } else if (current && current.id === build.id) {
      this.set('build', null);
    }
  },

  matches(wanted) {
    const { reservation, configuration, build } = this.attributes;
    return app.text.matches([this.id, this.get('host'), reservation?.holder, reservation?.purpose,
      configuration?.app, configuration?.path, build?.app, build?.path], wanted);
  }
}, {
  href: (name) => `#/servers/${encodeURIComponent(name)}`
});

app.Servers = Backbone.Collection.extend({
  model: app.Server,
  url: 'api/servers',
  comparator: (one, other) => app.Servers.order.compare(one.id, other.id),

  parse(answer) {
    app.hosts.set(answer.hosts || []);
    return answer.servers;
  },

  take(server) { this.set([server], { remove: false }); },
  takeBuild(build) { this.get(build.server)?.takeBuild(build); }
}, {
  // qa2 comes before qa10.
  order: new Intl.Collator('en', { numeric: true })
});
