// One refresh of a base from its dump.
app.Restore = Backbone.Model.extend({
  url() { return app.api.path('restores', this.id); },
  isOver() { return !['queued', 'running'].includes(this.get('state')); }
}, {
  href: (id) => `#/restores/${encodeURIComponent(id)}`,

  words(restore) {
    return {
      id: restore.id,
      base: restore.base,
      state: restore.state,
      href: app.Restore.href(restore.id),
      status: app.stateTemplate(restore.state),
      by: restore.by,
      at: app.time.of(restore.endedAt || restore.at),
      took: app.took(restore),
      estimate: app.estimate(restore),
      message: app.time.said(restore.message),
      leftOut: (restore.leftOut || []).map(app.time.said)
    };
  }
});
