// The catalogue: what can be put on a server, and the paths of each app's repository.
app.App = Backbone.Model.extend({
  idAttribute: 'name',

  // The paths that match what was typed so far; asked for as one types, so the answer is not kept.
  async paths(wanted, signal) {
    const query = wanted ? `?q=${encodeURIComponent(wanted)}` : '';
    const { body } = await app.api.read(`${app.api.path('apps', this.id, 'paths')}${query}`, null, signal);
    return body;
  }
});

app.Apps = Backbone.Collection.extend({
  model: app.App,
  url: 'api/apps',
  parse: (answer) => answer.apps,

  baseOf(name) { return this.get(name)?.get('base') || null; }
});
