// Take a server over from its holder: with a reason, a purpose and an end of one's own, and a word on what runs.
app.TakeoverDialog = app.Dialog.extend(_.extend({}, app.endChoice, app.refusal, app.heldBuilds, {
  template: 'takeover-dialog',
  word: 'Take over',
  fates: { cancel: 'it ends first, and is cleaned up', finish: 'it goes on changing the server until then' },
  moreEvents: _.extend({ 'input input': 'changed', 'change [name=builds]': 'changed' },
    app.endChoice.endEvents, app.refusal.refusalEvents),

  initialize() {
    this.see();
    this.listenTo(this.model, 'change:build', this.drawBuilds);
  },

  data() { return _.extend(this.endTemplate(null), { server: this.model.id, now: this.model.holdWords() }); },
  ready() { this.drawBuilds(); },

  async send(key) {
    const builds = this.buildsWish();
    const build = builds ? this.model.get('build') : null;
    const purpose = this.value('purpose');
    const wish = {
      reason: this.value('reason'), ...(purpose ? { purpose } : {}), ...this.endWish(),
      number: this.seen?.number, ...(builds ? { builds } : {})
    };
    const held = await this.model.takeOver(wish, key);
    const outcome = await this.buildsOutcome(build, builds);
    app.notice(`${this.model.id} is yours until ${app.time.when(new Date(held.until))}.${outcome}`);
  },

  // After a refusal the dialog is about the one who has the server now; it is sent again only by another click.
  seenAnew() {
    if (!this.see() || this.model.isMine()) { this.$('[type=submit]').prop('hidden', true); return; }
    this.$('.now').html(app.render('held-now', { server: this.model.id, now: this.model.holdWords() }));
    this.drawBuilds();
  },

  ways(now) { return now && !this.model.isMine() ? [] : app.refusal.ways.call(this, now); }
}), {
  ask(model) { app.me.named(() => new app.TakeoverDialog({ model }).open()); }
});
