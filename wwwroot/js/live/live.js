// Keeps the page true, and says how true it is. While the event stream is open, events do it, and a look every 30 s
// makes sure. When the stream ends or falls silent the page says so at once and looks whether the console answers: if
// it does, everything is asked for every 2 s; if not, within some seconds, the connection is lost, and said to be.
app.Live = function () {
  this.state = 'connecting';
  this.seen = 0;      // events so far: an answer older than an event is not believed (api.js)
  this.streaming = false;
  this.turn = 0;      // a look that was overtaken tells nothing
};

_.extend(app.Live.prototype, Backbone.Events, {
  patience: 3500,     // ms that an answer may take while nothing else tells that the console is there

  start() {
    this.since = Date.now();
    this.connect();
    this.look();
    this.listenTo(app.clock, 'woke', () => { this.renew(); this.lookSoon(0); });
    document.addEventListener('visibilitychange', () => { if (!document.hidden) this.lookSoon(0); });
    window.addEventListener('online', () => { this.renew(); this.lookSoon(0); });
    window.addEventListener('offline', () => this.lookSoon(0));
  },

  connect() {
    const url = app.api.at('api/events');
    const hear = (message) => this.hear(message);
    const alone = () => {
      const stream = new self.ConsoleStream(url, hear);
      this.renew = () => stream.renew();
    };
    if (!window.SharedWorker) { alone(); return; }
    const worker = new SharedWorker(app.api.at('js/live/worker.js'), { name: 'test server console' });
    worker.onerror = alone;
    worker.port.onmessage = ({ data }) => hear(data);
    worker.port.postMessage({ what: 'join', url });
    this.renew = () => worker.port.postMessage({ what: 'renew' });
    window.addEventListener('pagehide', () => worker.port.postMessage({ what: 'leave' }));
    window.addEventListener('pageshow', (event) => { if (event.persisted) location.reload(); });
  },

  hear({ what, fresh, name, data, now }) {
    if (what === 'event') this.take(name, data);
    if (what === 'beat') app.now.hear(Date.parse(now), Date.now(), Date.now(), 1000);
    if (what === 'open') this.opened(fresh);
    if (what === 'cut') this.cut();
  },

  // Resumed without a gap, nothing is missing. After a gap, "live" is true only when everything was asked for anew.
  opened(fresh) {
    this.streaming = true;
    if (this.state === 'lost') {   // what was asked before may hang for ever
      this.turn += 1;
      app.api.abandon();
    }
    this.lookSoon(fresh || this.state === 'lost' ? 0 : 30000);
    if (!fresh && ['polling', 'checking'].includes(this.state)) this.set('live');
  },

  cut() {
    this.streaming = false;
    if (this.state === 'live') this.set('checking');
    this.lookSoon(this.state === 'checking' ? 0 : 2000);
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
    const turn = this.turn += 1;
    const silent = setTimeout(() => this.lose(app.Problem.silent()), this.patience);
    try {
      await app.refresh();
      const early = this.state === 'connecting' && Date.now() - this.since < 3000;
      if (this.streaming || !early) this.set(this.streaming ? 'live' : 'polling');
    } catch (error) {
      clearTimeout(silent);
      if (turn !== this.turn) return;
      this.lose(app.Problem.of(error), true);
    }
    clearTimeout(silent);
    this.lookSoon(this.streaming && this.state === 'live' ? 30000 : 2000);
  },

  // While events come, an answer that takes long is not a sign of anything.
  lose(reason, sure) {
    if (this.streaming && !sure) return;
    this.reason = reason;
    this.set('lost');
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
    if (state === 'lost') this.lostAt = app.now();
    this.before = this.state;
    this.state = state;
    this.trigger('change');
  },

  // Live again after it was not.
  found() { return this.state === 'live' && this.before !== 'connecting'; },

  lostText() {
    const since = `since ${app.time.seconds(new Date(this.lostAt))}`;
    if ([401, 403].includes(this.reason?.status) || this.reason?.foreign) return `${this.reason.title} ${this.reason.detail}`;
    const why = this.reason?.status >= 500 ? ` ${this.reason.title}` : '';
    return `Connection lost ${since}, trying again.${why} What you see may be out of date.`;
  },

  toTemplate() {
    return {
      state: this.state,
      word: {
        connecting: 'Connecting', live: 'Live', checking: 'Reconnecting', polling: 'Every 2 s', lost: 'Connection lost'
      }[this.state],
      hint: {
        connecting: 'Nothing has been heard from the console yet', live: 'Changes appear at once',
        checking: 'The event stream has ended or is silent: looking whether the console answers',
        polling: 'No event stream at the moment: asked for every 2 seconds', lost: 'Trying again'
      }[this.state]
    };
  }
});
