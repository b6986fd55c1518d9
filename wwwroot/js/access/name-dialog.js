app.NameDialog = app.Dialog.extend({
  template: 'name-dialog',
  word: 'That is me',

  initialize(options) { this.then = options?.then; },
  data() { return { name: app.me.get('name') }; },

  async send() {
    await app.me.rename(this.value('name'));
    if (this.then) setTimeout(this.then);   // when this dialog has closed
  }
});
