// Which page an address names. One page is up at a time; the old one goes with everything it listened to.
app.Router = Backbone.Router.extend({
  routes: {
    '': 'board',
    'servers/:name': 'server',
    'servers/:name/history/:build': 'entry',
    'servers/:name/history/:build/since/:from': 'compare',
    queue: 'queue',
    'builds/:id': 'build',
    'builds/:id/log/:line': 'build',
    bases: 'bases',
    'restores/:id': 'restore',
    'restores/:id/log/:line': 'restore',
    '*other': 'lost'
  },

  board(query) {
    if (this.page instanceof app.BoardPage) this.page.follow(query);   // back and forward among its filters
    else this.show(new app.BoardPage({ query }));
    app.top.paintSoon();
  },
  server(name) { this.show(new app.ServerPage({ name })); },
  entry(name, build) { this.show(new app.EntryPage({ name, build })); },
  compare(name, to, from) { this.show(new app.ComparePage({ name, to, from })); },
  queue() { this.show(new app.QueuePage()); },
  build(id, line) { this.show(new app.BuildPage({ id, line })); },
  bases() { this.show(new app.BasesPage()); },
  restore(id, line) { this.show(new app.RestorePage({ id, line })); },
  lost(address) { this.show(new app.LostPage({ address })); },

  // An address that somebody has typed or cut off may hold a percent sign that stands for nothing.
  _extractParameters(route, fragment) {
    try {
      return Backbone.Router.prototype._extractParameters.call(this, route, fragment);
    } catch (error) {
      if (!(error instanceof URIError)) throw error;
      return Backbone.Router.prototype._extractParameters.call(this, route, fragment.replace(/%/g, '%25'));
    }
  },

  show(page) {
    const first = !this.page;
    this.page?.remove();
    this.page = page;
    document.querySelectorAll('dialog[open]').forEach((dialog) => dialog.close());
    $('#page').empty().append(page.render().el);
    document.title = `${page.title} · Test server console`;
    app.top.paintSoon();
    if (first) return;   // the browser has put the focus where it belongs
    window.scrollTo(0, 0);
    (page.el.querySelector('h1') || document.getElementById('page')).focus({ preventScroll: true });
  },

  // The address of what the page has come to show by itself.
  at(href, { replace }) {
    history[replace ? 'replaceState' : 'pushState'](null, '', href);
    Backbone.history.fragment = Backbone.history.getFragment();   // else the way back here would be no change
  },

  refresh() { return this.page?.refresh?.(); }
});

app.LostPage = app.View.extend({
  title: 'No such page',
  initialize({ address }) { this.address = address; },
  render() { return this.draw('gone', { title: 'No such page', detail: `The console has no page #/${this.address}.` }); }
});

// What an address names is anybody's text, and a server may have any name: `constructor` is found only when there is
// one, and `c12` is never another thing's number of Backbone's own.
Backbone.Model.prototype.cidPrefix = 'cid:';
Backbone.Collection.prototype._reset = _.wrap(Backbone.Collection.prototype._reset, function (reset) {
  reset.call(this);
  this._byId = Object.create(null);
});
