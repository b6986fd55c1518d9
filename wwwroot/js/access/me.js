// Who looks at the page. In an open console a person names himself before he writes for the first time.
app.Me = Backbone.Model.extend({
  url: 'api/me',
  defaults: { name: '', kind: 'nobody', open: false },

  async rename(name) {
    await app.api.write('PUT', 'api/me', { name });
    this.etag = null;
    await this.load();
  },

  // Runs the verb at once for somebody, or after the name was given.
  named(verb) {
    if (!this.get('open') || this.get('name')) verb();
    else new app.NameDialog({ then: verb }).open();
  }
});
