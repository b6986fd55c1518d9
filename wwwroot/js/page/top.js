// The line that stays on top: pages, how live the page is, and who looks at it.
app.TopView = app.View.extend({
  events: { 'click [name=rename]': 'rename' },

  initialize() {
    this.listenTo(app.me, 'change', this.paint);
    this.listenTo(app.live, 'change', this.paintSoon);
    this.listenTo(app.servers, 'update reset change:build', this.paint);
  },

  render() {
    const here = Backbone.history.fragment || '';
    const page = (href, name, pattern, counts) => ({ href, name, here: pattern.test(here), counts });
    const board = app.router?.page instanceof app.BoardPage;
    const open = app.servers.reduce((sum, server) => sum + (server.has('build') ? 1 + server.get('build').waiting : 0), 0);
    const hint = `${app.text.count(open, 'build', 'builds')} waiting or running`;
    return this.draw('top-bar', {
      pages: [
        page(board ? '#/' : app.BoardPage.last(), 'Servers', /^\/?(\?|$)|^\/?servers\//),
        page('#/queue', 'Queue', /^\/?(queue|builds\/)/, { count: open, hint }),
        page('#/bases', 'Bases', /^\/?(bases|restores\/)/)
      ],
      live: app.live.toTemplate(),
      me: { name: app.me.get('name') || '', open: app.me.get('open') }
    });
  },

  rename() { new app.NameDialog().open(); }
});
