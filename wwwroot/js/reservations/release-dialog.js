// Asks once when a build would go on without a holder; otherwise a release needs no question.
app.ReleaseDialog = app.Dialog.extend({
  template: 'release-dialog',
  word: 'Release',
  leave: 'Keep it',

  data() {
    const { id, app: name, path, state } = this.model.get('build');
    return { server: this.model.id, build: id, app: name, path, state };
  },

  send() { return this.model.release(); }
}, {
  ask(model, act) {
    if (model.get('build')) new app.ReleaseDialog({ model }).open();
    else act(() => model.release());
  }
});
