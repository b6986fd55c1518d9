// The line that stays on top: pages, how live the page is, and who looks at it.
app.TopView = app.View.extend({
  events: { 'click [name=rename]': 'rename' },

  initialize() {
    this.listenTo(app.me, 'change', this.paint);
    this.listenTo(app.live, 'change', this.paint);
    this.listenTo(app.servers, 'update reset change:build', this.paint);
  },

  render() {
    const here = Backbone.history.fragment || '';
    const page = (href, name, pattern, count, hint) => ({ href, name, here: pattern.test(here), count, hint });
    const open = app.servers.reduce((sum, server) => sum + (server.has('build') ? 1 + server.get('build').waiting : 0), 0);
    return this.draw('top-bar', {
      pages: [
        page('#/', 'Servers', /^\/?$|^\/?servers\//),
        page('#/queue', 'Queue', /^\/?(queue|builds\/)/, open || null, `${app.text.count(open, 'build', 'builds')} waiting or running`),
        page('#/bases', 'Bases', /^\/?(bases|restores\/)/)
      ],
      live: app.live.toTemplate(),
      me: { name: app.me.get('name') || '', open: app.me.get('open') }
    });
  },

  rename() { new app.NameDialog().open(); }
});
