// Asks once when builds run or wait under a reservation; otherwise a release needs no question.
app.ReleaseDialog = app.Dialog.extend(_.extend({}, app.refusal, app.heldBuilds, {
  template: 'release-dialog',
  word: 'Release',
  leave: 'Keep it',
  fates: { cancel: 'free as soon as it has ended', finish: 'yours until it has ended, then free' },
  moreEvents: _.extend({ 'change [name=builds]': 'changed' }, app.refusal.refusalEvents),

  initialize() {
    this.see();
    this.listenTo(this.model, 'change:build', this.drawBuilds);
  },

  data() { return { server: this.model.id }; },
  ready() { this.drawBuilds(); },

  async send() {
    const builds = this.buildsWish();
    const build = builds ? this.model.get('build') : null;
    const held = await this.model.release(this.seen.number, builds);
    const free = `${this.model.id} is free ${held ? 'when its build has ended' : 'again'}.`;
    app.notice(`${free}${await this.buildsOutcome(build, builds)}`);
  },

  seenAnew() { this.$('[type=submit]').prop('hidden', true); },
  ways() { return []; }
}), {
  ask(model, act) {
    const number = model.get('reservation')?.number;
    if (model.get('build')) new app.ReleaseDialog({ model }).open();
    else act(async () => { await model.release(number); app.notice(`${model.id} is free again.`); });
  }
});
