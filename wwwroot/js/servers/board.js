// The home page: every server at a glance, a filter, and four quick ones with their counts.
(function () {
  const kinds = [
    { name: 'all', word: 'All', has: () => true },
    { name: 'free', word: 'Free', has: (server) => server.isFree() },
    { name: 'mine', word: 'Mine', has: (server) => server.isMine() },
    { name: 'running', word: 'Running', has: (server) => server.isRunning() }
  ];

  // The table's head and rows are made once; a change redraws its own row, and the chips when counts change.
  app.BoardPage = app.View.extend({
    title: 'Servers',
    events: {
      'input [name=filter]': 'filter',
      'click .chip': 'choose',
      'click [name=all-again]': 'showAll'
    },

    initialize() {
      this.kind = app.BoardPage.kind;
      this.rows = new Map();
      this.listenTo(app.servers, 'update reset sort change sync', this.paint);
      this.listenTo(app.hosts, 'update change', this.paint);
      this.listenTo(app.me, 'change', this.repaintRows);
      this.listenTo(app.bases, 'update change', this.repaintRows);
      this.listenTo(app.apps, 'update', this.repaintRows);
      this.listenTo(app.clock, 'tick', this.repaintRows);
    },

    render() {
      if (!this.html) this.draw('board', { chips: this.chips() });
      this.updateChips();
      if (app.servers.length) this.renderTable(); else this.renderEmpty();
      return this;
    },

    renderEmpty() {
      if (!app.servers.loaded) return;
      this.dropRows();
      this.$('.board-body').html(app.render('board-empty', { hosts: app.hosts.toJSON() }));
    },

    renderTable() {
      if (!this.$('table').length) this.$('.board-body').html(app.render('board-table', {}));
      this.rows.forEach((row, name) => { if (!app.servers.get(name)) { row.remove(); this.rows.delete(name); } });
      const body = this.$('tbody')[0];
      let place = body.firstElementChild, shown = 0;
      app.servers.each((server) => {
        const row = this.rowOf(server);
        row.el.hidden = !this.shows(server);
        shown += row.el.hidden ? 0 : 1;
        if (place === row.el) place = place.nextElementSibling; else body.insertBefore(row.el, place);
      });
      this.$('.none').prop('hidden', shown > 0);
      this.$('table').prop('hidden', shown === 0);
    },

    rowOf(server) {
      if (!this.rows.has(server.id)) this.rows.set(server.id, this.own(new app.ServerRow({ model: server })).render());
      return this.rows.get(server.id);
    },

    dropRows() {
      this.rows.forEach((row) => row.remove());
      this.rows.clear();
    },

    shows(server) {
      const wanted = this.$('[name=filter]').val().trim();
      return kinds.find((kind) => kind.name === this.kind).has(server) && (!wanted || server.matches(wanted));
    },

    chips() {
      return kinds.map(({ name, word, has }) => ({ name, word, count: app.servers.filter(has).length, pressed: String(name === this.kind) }));
    },

    // In place, so that a key press on a chip is never lost under a paint.
    updateChips() {
      this.chips().forEach(({ name, count, pressed }) => {
        this.$(`.chip[name=${name}]`).attr('aria-pressed', pressed).find('.count').text(count);
      });
    },

    repaintRows() {
      this.rows.forEach((row) => row.paint());
      this.paint();
    },

    filter() { this.paint(); },
    choose(event) { this.show(event.currentTarget.name); },

    show(kind) {
      this.kind = app.BoardPage.kind = kind;
      this.paint();
    },

    showAll() {
      this.$('[name=filter]').val('').trigger('focus');
      this.show('all');
    }
  }, { kind: 'all' });   // kept while one looks at other pages
})();
