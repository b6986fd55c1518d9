// What runs, what waits and for what, and what has ended lately.
app.QueuePage = app.View.extend({
  title: 'Queue',
  ended: 30,

  events: { 'click .cancel': 'cancel' },

  initialize() {
    this.refusals = {};
    this.listenTo(app.builds, 'update reset change sync', this.paint);
    this.listenTo(app.me, 'change', this.paint);
    this.listenTo(app.clock, 'second', this.paint);
    app.builds.load().then(() => { this.loaded = true; }).catch(() => null);   // a lost connection has its own banner
  },

  refresh() { return app.builds.load(); },

  // Rows stay where they are while somebody points at them: else a click would cancel another build.
  places() {
    if (this.loaded && app.pointer.isOver(this.el)) {
      return this.kept.map((list) => list.filter((build) => app.builds.get(build.id)));
    }
    const running = app.builds.filter((build) => build.get('state') === 'running');
    const queued = app.builds.filter((build) => build.get('state') === 'queued').reverse();
    queued.sort((one, other) => (one.get('position') || Infinity) - (other.get('position') || Infinity) || 0);
    const over = app.builds.filter((build) => build.has('state') && build.isOver()).slice(0, this.ended);
    return [running, queued, over];
  },

  render() {
    const [running, queued, over] = this.kept = this.places();
    const number = (state) => app.builds.filter((build) => build.get('state') === state).length;
    const list = (key, title, fact, builds, none) => ({
      key, title, fact, none, open: key !== 'ended', count: builds.length, any: builds.length > 0, rows: builds.map((build) => this.row(build))
    });
    return this.draw('queue-page', {
      summary: `${number('running')} running, ${number('queued')} waiting`,
      problem: null,
      lists: [
        list('running', 'Running', 'Step', running, 'No build is running.'),
        list('queued', 'Waiting', 'Waits for', queued, 'No build is waiting.'),
        list('ended', 'Ended', 'Outcome', over, 'No build has ended yet.')
      ]
    });
  },

  row(build) {
    const step = (build.get('steps') || []).find((one) => one.state === 'running' || (one.state === 'waiting' && one.waitsFor));
    const running = build.get('state') === 'running';
    const work = [step?.name, step?.waitsFor && `waits: ${app.time.said(step.waitsFor)}`].filter(Boolean).join(' ');
    const note = running ? work : build.waiting() || app.time.said(build.get('message'));
    return _.extend(build.toTemplate(), {
      bar: running ? app.text.bar(step?.progress, `${step?.name || 'build'} on ${build.get('server')}`) : null,
      note: note || '',
      cancels: build.mayCancel(),
      busy: this.busy,
      refusal: this.refusals[build.id] || null,
      at: app.time.of(build.get('endedAt') || build.get('at'), app.time.ago)
    });
  },

  cancel(event) {
    const { build } = event.currentTarget.dataset;
    delete this.refusals[build];
    app.me.named(async () => {
      await this.act(() => app.builds.get(build).cancel());
      if (this.problem) this.refusals[build] = this.problem;
      this.paint();
    });
  }
});
