// Keeps the page true, and says how true it is. While the event stream is open, events do it, and a look every 30 s
// makes sure. When the stream ends or falls silent the page says so at once and looks whether the console answers: if
// it does, everything is asked for every 2 s; if not, within some seconds, the connection is lost, and said to be.
import { Backbone, _ } from '../page/libraries.js';
import { me } from '../access/me.js';
import { apps } from '../apps/apps.js';
import { bases } from '../bases/base.js';
import { copies } from '../bases/copy.js';
import { builds } from '../builds/build.js';
import { messages } from '../messages/message.js';
import { clock } from '../page/clock.js';
import { notice } from '../page/notice.js';
import { hear } from '../page/now.js';
import * as time from '../page/time.js';
import { hosts } from '../servers/host.js';
import { servers } from '../servers/server.js';
import * as api from './api.js';
import { Problem } from './problem.js';
import { refresh } from './refresh.js';
import { ConsoleStream } from './stream.js';

export const live = _.extend({
  state: 'connecting',
  seen: 0,            // events so far: an answer older than an event is not believed (sync.js)
  streaming: false,
  turn: 0,            // a look that was overtaken tells nothing
  patience: 3500,     // ms that an answer may take while nothing else tells that the console is there

  start() {
    this.since = Date.now();
    this.connect();
    this.look();
    this.listenTo(me, 'renamed', () => this.renew());   // the stream is the person's
    this.listenTo(clock, 'woke', () => { this.renew(); this.lookSoon(0); });
    document.addEventListener('visibilitychange', () => { if (!document.hidden) this.lookSoon(0); });
    window.addEventListener('online', () => { this.renew(); this.lookSoon(0); });
    window.addEventListener('offline', () => this.lookSoon(0));
  },

  connect() {
    const url = api.at('api/events');
    const take = (message) => this.hear(message);
    const alone = () => {
      const stream = new ConsoleStream(url, take);
      this.renew = () => stream.renew();
    };
    if (!window.SharedWorker) { alone(); return; }
    const address = api.at(new URL('worker.js', import.meta.url));
    const worker = new SharedWorker(address, { name: 'test server console', type: 'module' });
    worker.onerror = alone;
    worker.port.onmessage = ({ data }) => take(data);
    worker.port.postMessage({ what: 'join', url });
    this.renew = () => worker.port.postMessage({ what: 'renew' });
    window.addEventListener('pagehide', () => worker.port.postMessage({ what: 'leave' }));
    window.addEventListener('pageshow', (event) => { if (event.persisted) location.reload(); });
  },

  hear({ what, fresh, name, data, now }) {
    if (what === 'event') this.take(name, data);
    if (what === 'beat') hear(Date.parse(now), Date.now(), Date.now(), 1000);
    if (what === 'open') this.opened(fresh);
    if (what === 'cut') this.cut();
  },

  // Resumed without a gap, nothing is missing. After a gap, "live" is true only when everything was asked for anew.
  opened(fresh) {
    this.streaming = true;
    this.tellPatience();
    if (this.state === 'lost') {   // what was asked before may hang for ever
      this.turn += 1;
      api.abandon();
    }
    this.lookSoon(fresh || this.state === 'lost' ? 0 : 30000);
    if (!fresh && ['polling', 'checking'].includes(this.state)) this.set('live');
    if (!fresh) this.trigger('resumed');
  },

  cut() {
    this.streaming = false;
    this.tellPatience();
    if (this.state === 'live') this.set('checking');
    this.lookSoon(this.state === 'checking' ? 0 : 2000);
  },

  // What an event means for what is on the page.
  take(name, data) {
    this.seen += 1;
    if (name === 'reset') {
      this.lookSoon(0);
      // The settings may have others now; they are not looked at again.
      if (apps.length) apps.load().catch(() => null);
    }
    if (name === 'server') servers.take(data);
    if (name === 'host') hosts.set([data], { remove: false });
    if (name === 'base') bases.set([data], { remove: false });
    if (name === 'copies') copies.take(data);
    if (name === 'build') builds.take(data);
    if (name === 'restore') bases.takeRestore(data);
    if (name === 'messages') messages.take(data);
    this.trigger(name, data);
  },

  async look() {
    clearTimeout(this.timer);
    this.timer = null;
    if (document.hidden && this.state !== 'connecting') return;   // looks again when it is seen
    const turn = this.turn += 1;
    const silent = setTimeout(() => this.lose(Problem.silent()), this.patience);
    try {
      await refresh();
      const early = this.state === 'connecting' && Date.now() - this.since < 3000;
      if (this.streaming || !early) this.set(this.streaming ? 'live' : 'polling');
    } catch (error) {
      clearTimeout(silent);
      if (turn !== this.turn) return;
      this.lose(Problem.of(error), true);
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
    if (this.state === 'lost') notice('Connected again. Everything is up to date.');
    if (state === 'lost') this.lostAt = time.now();
    this.before = this.state;
    this.state = state;
    this.tellPatience();
    this.trigger('change');
  },

  tellPatience() { api.patience.ms = this.streaming || this.state === 'connecting' ? 10000 : 5000; },

  // Live again after it was not.
  found() { return this.state === 'live' && this.before !== 'connecting'; },

  lostText() {
    const since = `since ${time.seconds(new Date(this.lostAt))}`;
    const { status, foreign, title, detail } = this.reason || {};
    if ([401, 403].includes(status) || foreign) return `${title} ${detail}`;
    const why = status >= 500 ? ` ${title}` : '';
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
}, Backbone.Events);
