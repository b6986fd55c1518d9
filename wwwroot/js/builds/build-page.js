// One build, live: its steps, its log, its outcome.
app.BuildPage = app.View.extend({
  events: {
    'click [name=cancel]': 'cancel',
    'click [name=retry]': 'retry',
    'click [name=again]': 'runAgain',
    'click [name=edit]': 'edit'
  },

  initialize({ id, line }) {
    this.line = line;
    this.title = `Build ${id}`;
    this.model = app.builds.get(id) || app.builds.add({ id });
    this.facts = this.own(new app.View());
    this.listenTo(this.model, 'change', this.paint);
    // The collection may have let it go meanwhile, so that it would hear nothing there.
    this.listenTo(app.live, 'build', (build) => { if (String(build.id) === id) this.model.set(build); });
    this.listenTo(app.servers, 'update sync change', this.paint);
    this.listenTo(app.clock, 'second', () => { if (!this.model.isOver()) this.paint(); });
    this.load().catch(() => null);   // the lost connection has its own banner
    this.$el.append(this.facts.el);
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
    app.builds.remove(this.model);
    this.paint();
  },

  render() {
    if (this.missing) { this.facts.draw('gone', this.missing); return this; }
    if (!this.model.has('state')) return this;
    this.facts.busy = this.busy;
    this.facts.draw('build-page', _.extend(this.model.toTemplate(), {
      busy: this.busy,
      problem: this.problem,
      actions: this.actions(),
      waiting: this.model.waiting(),
      steps: app.stepsTemplate(this.model.get('steps'), app.apps.get(this.model.get('app'))),
      result: this.result(),
      health: this.health(),
      out: this.model.isOver() && this.server()?.out() && { url: this.server().out(), icon: 'out' }
    }));
    if (!this.log) {
      this.log = this.own(new app.LogView({
        url: this.model.logUrl(), file: `build-${this.model.id}.log`,
        page: app.Build.href(this.model.id), line: this.line,
        since: this.model.get('startedAt') || this.model.get('at'), isOver: () => this.model.isOver()
      }));
      this.$el.append(this.log.render().el);
    }
    return this;
  },

  actions() {
    const { model } = this;
    if (!model.isOver()) return [{ name: 'cancel', word: this.cancelling ? 'Cancelling …' : 'Cancel', look: 'danger' }];
    const server = this.server();
    if (!server?.canBuild()) return [];
    const more = (from) => (this.asksFirst(from) ? ' …' : '');
    const retry = { name: 'retry', word: `Retry from the ${model.get('state')} step${more('failed')}`, look: 'primary' };
    const again = { name: 'again', word: `Run again${more()}`, look: '' };
    const edit = { name: 'edit', word: 'Change and run …', look: '' };
    return [...(model.canResume() ? [retry] : []), again, edit];
  },

  result() {
    const result = this.model.get('result');
    return result && { revision: app.text.revision(result.revision), data: app.time.of(result.dataTime, app.time.data), database: result.database, method: result.method };
  },

  health() {
    const health = this.model.get('health');
    return health && {
      url: health.url, href: app.text.address(health.url), code: health.status || null,
      took: app.text.seconds(health.seconds), text: health.text || null, errorLog: health.errorLog || null
    };
  },

  cancel() {
    this.cancelling = true;
    this.act(() => this.model.cancel()).finally(() => { this.cancelling = false; this.paint(); });
  },

  server() { return app.servers.get(this.model.get('server')); },
  retry() { this.repeat('failed'); },
  runAgain() { this.repeat(); },

  // A question first, when the database that is there is replaced or when a free server is reserved by it.
  asksFirst(from) { return (!from && this.model.replaces()) || this.server().isFree(); },

  repeat(from) {
    if (this.asksFirst(from)) app.ReplaceDialog.again(this.server(), this.model, from);
    else app.me.named(() => this.act(() => this.retryNow(from)));
  },

  async retryNow(from) {
    (await this.model.retry({ ...(from ? { from } : {}), ...this.server().ownNumber() })).visit();
  },

  edit() { app.BuildDialog.ask(this.server(), this.model.wish()); }
});
