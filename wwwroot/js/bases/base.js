// A database that is restored each night and only ever copied.
app.Base = Backbone.Model.extend({
  idAttribute: 'name',

  async restore() {
    const restore = await app.api.write('POST', app.api.path('bases', this.id, 'restore'), {});
    app.bases.takeRestore(restore);
  },

  toTemplate() {
    const base = this.attributes;
    const last = base.lastRestore;
    const took = app.text.seconds(base.methodSeconds);
    return {
      name: base.name,
      host: base.host,
      old: base.stale && !base.dataDoubt,
      doubt: app.time.said(base.dataDoubt) || null,
      limit: base.stale && !base.dataDoubt && base.dataTime && base.staleAfterHours ? `older than ${base.staleAfterHours} h` : null,
      staleness: base.stale ? 'stale' : '',
      trouble: base.problem ? { text: app.time.said(base.problem), icon: 'crashed' } : null,
      data: app.time.of(base.dataTime, (date) => [app.time.night(date), !base.dataDoubt && app.time.old(date)].filter(Boolean).join(', ')),
      size: app.text.size(base.size) || 'unknown',
      spares: base.spares?.wanted ? `${base.spares.ready} of ${base.spares.wanted} ready` : 'none wanted',
      method: base.method && [base.method, took && `the last took ${took}`].filter(Boolean).join(', '),
      apps: (base.apps || []).map((one) => one.name || one).join(', ') || 'none',
      last: last && app.Restore.words(last),
      leftOut: base.leftOut || [],
      restore: base.restore && _.extend(app.Restore.words(base.restore), { steps: app.stepsTemplate(base.restore.steps) })
    };
  }
});

app.Bases = Backbone.Collection.extend({
  model: app.Base,
  url: 'api/bases',
  comparator: 'name',
  parse: (answer) => answer.bases,

  // Is this data older than its base allows? Time makes it so, without an event.
  isStale(appName, dataTime) {
    const base = this.get(app.apps.baseOf(appName));
    if (!base || !dataTime || !base.get('staleAfterHours')) return false;
    return app.time.secondsSince(dataTime) > base.get('staleAfterHours') * 3600;
  },

  takeRestore(restore) {
    const over = !['queued', 'running'].includes(restore.state);
    const base = this.get(restore.base);
    if (!base) return;
    if (!over) base.set({ restore });
    else base.set(base.get('restore')?.id === restore.id ? { restore: null, lastRestore: restore } : { lastRestore: restore });
  }
});
