// A virtual test machine: its state, who has it, what runs on it, and the verbs a person has for it.
app.Server = Backbone.Model.extend({
  idAttribute: 'name',
  urlRoot: 'api/servers',
  url() { return app.api.path('servers', this.id); },
  href() { return app.Server.href(this.id); },

  isRunning() { return ['running', 'idle'].includes(this.get('state')); },
  isFree() { return !this.get('reservation') && !this.get('unusable'); },
  isMine() { return this.holder() !== null && this.holder() === app.me.get('name'); },
  ownNumber() { return this.isMine() ? { number: this.get('reservation').number } : {}; },
  holder() { return this.get('reservation')?.holder ?? null; },
  canBuild() { return !this.get('unusable') && (this.isMine() || this.isFree()); },

  async reserve(wish) {
    const reservation = await app.api.write('PUT', app.api.path('servers', this.id, 'reservation'), wish);
    await this.renew();
    return reservation;
  },

  // Answers the reservation when the build that runs holds it to its end. `builds` says what becomes of that build.
  async release(number, builds) {
    const query = new URLSearchParams(_.pick({ number, builds }, (value) => value !== undefined));
    const held = await app.api.write('DELETE', `${app.api.path('servers', this.id, 'reservation')}?${query}`);
    await this.renew();
    return held;
  },

  async takeOver(wish, key) {
    const path = app.api.path('servers', this.id, 'reservation', 'takeover');
    const reservation = await app.api.write('POST', path, wish, key);
    await this.renew();
    return reservation;
  },

  async startBuild(wish, key) {
    const build = app.builds.take(await app.api.write('POST', app.api.path('servers', this.id, 'builds'), wish, key));
    await this.renew();
    return build;
  },

  // What a build would change, without building; asking the repository can take a while.
  async plan(wish, signal) {
    const query = new URLSearchParams(wish).toString();
    return (await app.api.read(`${app.api.path('servers', this.id, 'plan')}?${query}`, null, signal)).body;
  },

  // The write succeeded: a failing look afterwards is the live page's business, not the writer's.
  renew() { return this.fetch().catch(() => null); },

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

  take(server) { this.set([server], { remove: false }); }
}, {
  // qa2 comes before qa10.
  order: new Intl.Collator('en', { numeric: true })
});
