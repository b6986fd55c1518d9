// Take a server over from its holder, with a reason that he is told.
app.TakeoverDialog = app.Dialog.extend({
  template: 'takeover-dialog',
  word: 'Take over',
  moreEvents: { 'input input': 'changed' },

  initialize({ reservation }) { this.reservation = reservation || this.model.get('reservation'); },
  data() { return app.TakeoverDialog.words(this.model, this.reservation); },

  async send(key) {
    await this.model.takeOver(this.value('reason'), key);
    app.notice(`${this.model.id} is yours now.`);
  }
}, {
  ask(model) { app.me.named(() => new app.TakeoverDialog({ model }).open()); },

  words(model, { holder, purpose, until }) {
    return { server: model.id, holder, purpose: purpose || null, until: app.time.of(until), left: until ? app.time.left(new Date(until)) : null };
  }
});
