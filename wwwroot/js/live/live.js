// Keeps the page true. While the event stream is open, events do it, and a look every 30 s makes sure.
// While it is not, everything is asked for every 2 s. When that fails too, the connection is lost, and said to be.
app.Live = function () {
  this.state = 'connecting';
  this.seen = 0;      // events so far: an answer older than an event is not believed (api.js)
  this.streaming = false;
};

_.extend(app.Live.prototype, Backbone.Events, {
  start() {
    this.since = Date.now();
    this.connect();
    this.look();
    this.listenTo(app.clock, 'woke', () => { this.renew(); this.lookSoon(0); });
    document.addEventListener('visibilitychange', () => { if (!document.hidden) this.lookSoon(0); });
    window.addEventListener('online', () => this.lookSoon(0));
  },

  connect() {
    const url = new URL('api/events', document.baseURI).href;
    const hear = (message) => this.hear(message);
    if (!window.SharedWorker) {
      const stream = new self.ConsoleStream(url, hear);
      this.renew = () => stream.renew();
      return;
    }
    const { port } = new SharedWorker('js/live/worker.js', { name: 'test server console' });
    port.onmessage = ({ data }) => hear(data);
    port.postMessage({ what: 'join', url });
    this.renew = () => port.postMessage({ what: 'renew' });
    window.addEventListener('pagehide', () => port.postMessage({ what: 'leave' }));
    window.addEventListener('pageshow', (event) => { if (event.persisted) location.reload(); });
  },

  hear({ what, fresh, name, data }) {
    if (what === 'event') this.take(name, data);
    if (what === 'open') this.opened(fresh);
    if (what === 'cut') { this.streaming = false; this.lookSoon(2000); }
  },

  // Resumed without a gap, nothing is missing. After a gap, "live" is true only when everything was asked for anew.
  opened(fresh) {
    this.streaming = true;
    this.lookSoon(fresh || this.state === 'lost' ? 0 : 30000);
    if (this.state === 'polling') this.set('live');
  },

  // What an event means for what is on the page.
  take(name, data) {
    this.seen += 1;
    if (name === 'reset') {
      this.lookSoon(0);
      if (app.apps.length) app.apps.load().catch(() => null);   // the settings may have others now; they are not looked at again
    }
    if (name === 'server') app.servers.take(data);
    if (name === 'host') app.hosts.set([data], { remove: false });
    if (name === 'base') app.bases.set([data], { remove: false });
    if (name === 'copies') app.copies.take(data);
    if (name === 'build') app.builds.take(data);
    if (name === 'restore') app.bases.takeRestore(data);
    this.trigger(name, data);
  },

  async look() {
    clearTimeout(this.timer);
    this.timer = null;
    if (document.hidden && this.state !== 'connecting') return;   // looks again when it is seen
    try {
      await app.refresh();
      if (this.streaming || this.state !== 'connecting' || Date.now() - this.since > 3000) this.set(this.streaming ? 'live' : 'polling');
    } catch (error) {
      this.reason = app.Problem.of(error);
      this.set('lost');
    }
    this.lookSoon(this.streaming && this.state === 'live' ? 30000 : 2000);
  },

  // Never later than already planned.
  lookSoon(ms) {
    const due = Date.now() + ms;
    if (this.timer && this.due <= due) return;
    clearTimeout(this.timer);
    this.due = due;
    this.timer = setTimeout(() => this.look(), ms);
  },

  set(state) {
    if (this.state === state) return;
    if (this.state === 'lost') app.notice('Connected again. Everything is up to date.');
    if (state === 'lost') this.lostAt = Date.now();
    this.state = state;
    this.trigger('change');
  },

  lostText() {
    const since = `since ${app.time.seconds(new Date(this.lostAt))}`;
    return this.reason?.status === 401 ? `${this.reason.title} ${this.reason.detail}` : `Connection lost ${since}, trying again. What you see may be out of date.`;
  },

  toTemplate() {
    return {
      state: this.state,
      word: { connecting: 'Connecting', live: 'Live', polling: 'Every 2 s', lost: 'Connection lost' }[this.state],
      hint: { connecting: '', live: 'Changes appear at once', polling: 'No event stream at the moment: asked for every 2 seconds', lost: 'Trying again' }[this.state]
    };
  }
});
