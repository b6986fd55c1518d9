// Choose app, path, revision and what to replace; filled in from what is on the server, or from a history entry.
app.BuildDialog = app.Dialog.extend(_.extend({}, app.refusal, {
  template: 'build-dialog',
  word: 'Build',
  moreEvents: _.extend({
    'change [name=app]': 'switchApp',
    'input [name=path]': 'suggestSoon',
    'input input': 'replan',
    'change input': 'replan'
  }, app.refusal.refusalEvents),

  initialize({ entry }) {
    this.entry = entry;
    this.see();
    this.from = entry || this.model.get('configuration') || {};
    this.listenTo(app.bases, 'update change', this.replan);
    this.listenTo(this.model, 'change:configuration change:reservation', this.replan);
    this.listenTo(this.model, 'change:build', this.drawHold);
    this.listenTo(app.clock, 'tick', this.drawHold);
  },

  data() {
    const { from } = this;
    const chosen = app.apps.get(from.app) || app.apps.first();
    const known = chosen && from.app === chosen.id;
    const has = (part) => (typeof from[part] === 'boolean' && (from.database || from.code) ? from[part] : true);
    return {
      server: this.model.id,
      title: this.entry ? `Run again on ${this.model.id}` : `Build on ${this.model.id}`,
      gone: from.app && chosen && !known ? from.app : null,
      apps: app.apps.map((one) => ({ name: one.id, chosen: one === chosen })),
      path: (known && from.path) || chosen?.get('defaultPath') || '',
      revision: this.entry ? this.entry.revision : '',
      database: Boolean(chosen?.get('base')) && has('database'),
      code: has('code')
    };
  },

  ready() {
    this.plan = this.own(new app.PlanView());
    this.$('.plan-place').append(this.plan.el);
    this.drawHold();
    this.suggest();
    this.replan();
  },

  // Under which reservation it runs; one that it makes itself is said to be made.
  drawHold() { this.$('.hold').text(this.model.launchText(this.seen)); },

  seenAnew() {
    this.see();
    this.drawHold();
  },

  wish() {
    const wish = {
      app: this.value('app'),
      path: this.path(),
      database: this.field('database').checked && !this.field('database').disabled,
      code: this.field('code').checked
    };
    if (this.value('revision')) wish.revision = this.value('revision');
    return wish;
  },

  // A name may begin or end with a blank: then it is one of the list's, or what is there.
  path() {
    const typed = this.field('path').value;
    return this.listed?.has(typed) || typed === this.from.path ? typed : typed.trim();
  },

  switchApp() {
    const chosen = app.apps.get(this.value('app'));
    this.field('path').value = chosen.get('defaultPath') || '';
    this.field('revision').value = '';
    this.field('database').checked = Boolean(chosen.get('base'));
    if (!chosen.get('base')) this.field('code').checked = true;
    this.suggest();
    this.replan();
  },

  suggestSoon() {
    clearTimeout(this.suggestTimer);
    this.suggestTimer = setTimeout(() => this.suggest(), 150);
  },

  // The list under the path follows what is typed. One is asked for at a time, and then the one of the last text: each
  // counts among what a person may have the console do at once.
  async suggest() {
    const chosen = app.apps.get(this.value('app'));
    if (!chosen) return;
    if (this.asking?.app === chosen.id) {
      this.asking.again = true;
      return;
    }
    this.leaveList();
    const asking = this.asking = { app: chosen.id, again: false, limit: new AbortController() };
    const timer = setTimeout(() => asking.limit.abort(), 10000);
    const wanted = this.path();
    const answer = await chosen.paths(wanted === this.from.path ? '' : wanted, asking.limit.signal)
      .catch((error) => ({ paths: [], problem: app.Problem.of(error).title }));
    clearTimeout(timer);
    if (asking !== this.asking) return;
    this.asking = null;
    this.list(answer);
    if (asking.again) this.suggest();
  },

  leaveList() {
    this.asking?.limit.abort();
    this.asking = null;
  },

  remove() {
    this.leaveList();
    return app.Dialog.prototype.remove.call(this);
  },

  list(answer) {
    const words = (path) => [path.kind, app.text.revision(path.revision).short, path.author, path.at && app.time.ago(new Date(path.at))].filter(Boolean).join(', ');
    this.$('#paths').html(app.render('path-options', { paths: answer.paths.map((path) => ({ path: path.path, text: words(path) })) }));
    this.listed = new Set(answer.paths.map(({ path }) => path));
    const asOf = answer.asOf ? ` The list is of ${app.time.when(new Date(answer.asOf))}.` : '';
    const problem = answer.problem &&
      `${answer.problem.replace(/([^.])$/, '$1.')}${asOf} A path can be typed all the same.`;
    this.$('.paths-hint').text([problem, ...answer.leftOut || []].filter(Boolean).join(' '));
  },

  replan() {
    if (!this.field('app')) return;
    const wish = this.wish();
    this.changed();
    const base = app.apps.baseOf(wish.app);
    this.field('database').disabled = !base;
    this.field('revision').disabled = !wish.code;
    this.field('path').disabled = !wish.code && this.model.get('configuration')?.app === wish.app;
    this.$('.plan').text(app.buildPlan(this.model, wish));
    const askable = wish.app && (wish.database || wish.code) && wish.path;
    this.plan.ask(this.model, askable ? wish : null);
    if (!this.busy) this.$('[type=submit]').prop('disabled', !wish.app || (!wish.database && !wish.code));
  },

  async send(key) {
    const wish = this.wish();
    if (!wish.code) {   // the code stays: say which it is, when it is known
      const now = this.model.get('configuration');
      delete wish.revision;
      if (now?.app === wish.app) _.extend(wish, { path: now.path }, now.revision ? { revision: String(now.revision) } : {});
    }
    (await this.model.startBuild({ ...wish, ...this.ownNumber() }, key)).visit();
  }
}), {
  ask(model, entry) {
    app.me.named(async () => {
      if (!app.apps.length) await app.apps.load().catch(() => null);   // the dialog says that there is none
      new app.BuildDialog({ model, entry }).open();
    });
  }
});
