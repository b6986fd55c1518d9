// Asks once before a single click replaces a database, and shows what will change: newest data, or a build run again.
app.ReplaceDialog = app.Dialog.extend({
  template: 'replace-dialog',
  word: 'Replace the database',

  initialize({ wish, title, text, run }) { _.extend(this, { wish, title, text, verb: run }); },
  data() { return { title: this.title, text: this.text }; },

  ready() {
    this.plan = this.own(new app.PlanView());
    this.$('.plan-place').append(this.plan.el);
    this.plan.ask(this.model, this.wish);
    this.listenTo(this.model, 'change', () => this.plan.ask(this.model, this.wish));
  },

  async send(key) { (await this.verb(key)).visit(); },

  refuse: app.ReserveDialog.prototype.refuse,
  takeOver: app.ReserveDialog.prototype.takeOver,
  moreEvents: { 'click [name=takeover]': 'takeOver' }
}, {
  newestData(server) {
    const { app: name, path, revision } = server.get('configuration');
    const wish = { app: name, path, database: true, code: false };
    if (revision) wish.revision = String(revision);
    const text = `The database of ${server.id} is replaced by a fresh copy of ${app.apps.baseOf(name)}. What is in it now is lost. The code stays as it is: ${path}.`;
    app.me.named(() => new app.ReplaceDialog({
      model: server, wish, text, title: `Newest data for ${server.id}?`, run: (key) => server.startBuild(wish, key)
    }).open());
  },

  again(server, build) {
    const text = `Build ${build.id} is run again exactly. The database of ${server.id} is replaced by a fresh copy. What is in it now is lost.`;
    app.me.named(() => new app.ReplaceDialog({
      model: server, wish: build.wish(), text, title: `Run build ${build.id} again?`, run: (key) => build.retry(null, key)
    }).open());
  }
});
