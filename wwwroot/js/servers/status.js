// A server in the words of the templates. Status is one word, with a shape and a colour that say the same.
(function () {
  const shapes = { 'shut off': 'off', paused: 'paused', pmsuspended: 'paused', crashed: 'crashed' };

  app.Server.prototype.status = function () {
    if (!this.isRunning()) return { word: this.get('state'), icon: shapes[this.get('state')] || 'unknown' };
    if (this.isFree()) return { word: 'free', icon: 'free' };
    if (!this.get('reservation')) return { word: 'unusable', icon: 'unknown' };
    return this.isMine() ? { word: 'yours', icon: 'yours' } : { word: 'reserved', icon: 'reserved' };
  };

  app.Server.prototype.configurationTemplate = function () {
    const now = this.get('configuration');
    if (!now) return null;
    const other = this.get('other');
    const stale = !now.dataDoubt && app.bases.isStale(now.app, now.dataTime);
    const newer = this.newerData();
    return {
      app: now.app,
      path: now.path,
      incomplete: now.incomplete ? 'A checkout ended half-way: files of what was there before are among these. Build the code again.' : null,
      revision: app.text.revision(now.revision),
      data: app.time.of(now.dataTime, now.dataDoubt ? app.time.dataDay : app.time.data),
      dataDoubt: app.time.said(now.dataDoubt) || null,
      stale,
      newest: stale && this.canBuild() && newer ? app.time.of(newer, app.time.night) : null,
      isNewest: Boolean(now.dataTime) && !now.dataDoubt && this.newestData() !== null && !newer,
      staleness: stale || now.dataDoubt ? 'stale' : '',
      at: app.time.of(now.at),
      other: other && app.time.said(other.message),
      otherwise: (this.get('otherwise') || []).map((one) => app.time.said(one.message)).join(' ') || null,
      by: now.by,
      build: now.build,
      buildHref: now.build ? app.Build.href(now.build) : null,
      result: now.result && !other ? app.Build.status(now.result) : null,
      resultWord: now.result,
      bad: Boolean(now.result) && now.result !== 'succeeded',
      message: other ? '' : app.time.said(now.message)
    };
  };

  // The data time of the base of what is here, or null; also when it is not to be believed.
  app.Server.prototype.newestData = function () {
    const base = app.bases.get(app.apps.baseOf(this.get('configuration')?.app));
    return base?.get('dataDoubt') ? null : base?.get('dataTime') ?? null;
  };

  app.Server.prototype.canRenewData = function () {
    const now = this.get('configuration');
    return Boolean(now?.path && !now.incomplete && !this.get('other') && app.apps.baseOf(now.app));
  };

  // The base's data, when it is newer than what is here and can be put under the code that is here.
  app.Server.prototype.newerData = function () {
    const now = this.get('configuration');
    const newest = this.newestData();
    if (!newest || !this.canRenewData()) return null;
    return !now.dataTime || now.dataDoubt || new Date(newest) > new Date(now.dataTime) ? newest : null;
  };

  app.Server.prototype.buildTemplate = function () {
    const build = this.get('build');
    if (!build) return null;
    const estimate = app.estimate(_.extend({}, app.builds.get(build.id)?.attributes, build));
    return {
      id: build.id,
      estimate,
      hint: [`Build ${build.id}: ${build.app} ${build.path}`,
        estimate && `${estimate.word} ${estimate.text}`.toLowerCase(),
        build.waiting && `${build.waiting} more ${build.waiting === 1 ? 'waits' : 'wait'}`].filter(Boolean).join(', '),
      app: build.app,
      path: build.path,
      step: build.step || '',
      behind: build.waiting || null,
      href: app.Build.href(build.id),
      status: app.Build.status(build.state),
      bar: build.state === 'running' ? app.text.bar(build.progress, `${build.step || 'build'} on ${this.id}`) : null
    };
  };

  // Told once it could not be done at once: after an ordinary cancel it is a matter of seconds.
  app.Server.prototype.cleaningTemplate = function () {
    const cleaning = this.get('cleaning');
    if (!cleaning?.problem) return null;
    const text = `What build ${cleaning.build} left here is cleaned up as soon as ${this.id} answers.`;
    return { text: `${text} ${app.time.said(cleaning.problem)}`, icon: 'crashed' };
  };

  // The address is worth a link when something answers there.
  app.Server.prototype.out = function () {
    return !this.get('unusable') && this.get('configuration') ? app.text.address(this.get('url')) : null;
  };

  app.Server.prototype.toTemplate = function () {
    return {
      name: this.id,
      host: this.get('host'),
      manyHosts: app.hosts.length > 1,
      href: this.href(),
      address: this.get('address'),
      out: this.out() && { url: this.out(), icon: 'out' },
      status: this.status(),
      old: this.get('problem') ? app.time.of(this.get('asOf')) : null,
      asOf: this.get('problem') ? app.time.of(this.get('asOf')) : null,
      cleaning: this.cleaningTemplate(),
      reservation: this.holdWords(),
      configuration: this.configurationTemplate(),
      build: this.buildTemplate(),
      setAside: (this.get('setAside') || []).map((folder) => ({ ...folder, since: app.time.of(folder.since, app.time.ago) })),
      unusable: app.time.said(this.get('unusable'))
    };
  };
})();
