// One server: who has it, what is on it, what is being built, and what was on it before.
import { _ } from '../page/libraries.js';
import { me } from '../access/me.js';
import { named } from '../access/name-dialog.js';
import { apps } from '../apps/apps.js';
import { bases } from '../bases/base.js';
import { BuildDialog } from '../builds/build-dialog.js';
import { builds } from '../builds/build.js';
import { ReplaceDialog } from '../builds/replace-dialog.js';
import { clock } from '../page/clock.js';
import { later } from '../page/later.js';
import { noticeDone } from '../page/notice.js';
import { View } from '../page/view.js';
import { PastView } from '../reservations/past-view.js';
import { Past } from '../reservations/past.js';
import { HistoryView } from './history-view.js';
import { History } from './history.js';
import { holdVerbs } from './hold-verbs.js';
import { servers } from './server.js';
import { canRenewData, newerData, serverTemplate } from './status.js';

// Dialogs that few people open.
const following = async () => (await later(() => import('./follow-dialog.js')))?.FollowDialog;
const outOfService = async () => (await later(() => import('./service-dialog.js')))?.ServiceDialog;

// What can be done with its power as it is; what it is told of first has dots.
function powersOf(model) {
  const words = model.canBeStarted() ? { start: 'Start' } : {
    ...model.isRunning() && { shutdown: 'Shut down …' },
    ...(model.isRunning() || ['paused', 'in shutdown'].includes(model.get('state'))) && { reset: 'Reset …' }
  };
  if (!model.canSwitch()) return [];
  return model.get('power').filter((action) => words[action]).map((action) => ({ action, word: words[action] }));
}

export const ServerPage = View.extend(_.extend({}, holdVerbs, {
  events: _.extend({
    'click [name=build]': 'build',
    'click [name=newest]': 'newestData',
    'click [name=follow]': 'followPath',
    'click [name=unfollow]': 'stopFollowing',
    'click [name=watch]': 'watch',
    'click [name=ask]': 'ask',
    'click [name=give]': 'give',
    'click [name=share]': 'share',
    'click [name=keep]': 'keep',
    'click [name=until]': 'until',
    'click [data-power]': 'switchPower',
    'click [name=service]': 'service',
    'click [name=back]': 'backInService'
  }, holdVerbs.holdEvents),

  initialize({ name }) {
    this.title = name;
    this.name = name;
    this.follow();
    this.listenTo(servers, 'add reset sync', this.follow);
    this.listenTo(me, 'change', this.paint);
    this.listenTo(bases, 'update change', this.paint);
    this.listenTo(apps, 'update', this.paint);
    this.listenTo(clock, 'tick', this.paint);
    this.listenTo(builds, 'change', this.paint);
  },

  // The server may not be known yet, when the page is opened by its address.
  follow() {
    const model = servers.get(this.name);
    if (!model || model === this.model) { this.paint(); return; }
    if (this.model) this.stopListening(this.model);   // without a model it would stop all listening
    this.model = model;
    this.listenTo(model, 'change', this.paint);
    this.listenTo(model, 'change:configuration change:build', () => this.history.load().catch(() => null));
    this.history = new History([], { server: model, part: 50 });
    this.historyView = this.own(new HistoryView({ collection: this.history }));
    this.listenTo(model, 'change:reservation', () => this.past.load().catch(() => null));
    this.past = new Past([], { server: model });
    this.pastView = this.own(new PastView({ collection: this.past }));
    this.listenTo(model, 'change:configuration change:reservation', this.loadSavepoints);
    this.savepointsView = null;
    this.loadSavepoints();
    this.listenTo(model, 'change:configuration change:beside', this.loadApps);
    this.appsView = null;
    this.loadApps();
    this.past.load().catch(() => null);
    this.history.load().catch(() => null);   // the look every 30 s, or the lost connection, tells
    this.paint();
  },

  refresh() {
    return this.history && Promise.all([this.history.load(), this.past.load(), this.loadSavepoints(), this.loadApps()]);
  },

  // What is on it comes with a module of its own.
  async loadApps() {
    const { model } = this;
    const coming = this.appsView ? null
      : await import('./apps-here-view.js').then(({ appsOf }) => appsOf(model)).catch(() => null);
    if (coming && !this.appsView && this.model === model) {
      this.appsView = this.own(coming);
      this.paint();
    }
    await this.appsView?.model.renew();
  },

  // Shown where there is something to keep, or something kept: what was taken off leaves its savepoints.
  hasSavepoints() {
    const { configuration, other } = this.model.attributes;
    return Boolean(configuration?.database && !other) || Boolean(this.savepointsView?.model.isAny());
  },
  async loadSavepoints() {
    const { model } = this;
    const coming = this.savepointsView ? null : await import('../savepoints/savepoints-view.js').catch(() => null);
    if (coming && !this.savepointsView && this.model === model) {
      this.savepointsView = this.own(coming.savepointsOf(model));
      this.listenTo(this.savepointsView.model, 'change', this.paint);
      this.paint();
    }
    await this.savepointsView?.model.renew();
  },

  render() {
    if (!this.model) return this.renderUnknown();
    this.draw('server-page', _.extend(serverTemplate(this.model), {
      holds: this.holds(), answers: this.answers(), makes: this.makes(), administers: me.isAdministrator(),
      power: powersOf(this.model),
      busy: this.busy, problem: this.problem, savepoints: this.hasSavepoints()
    }));
    this.put('.savepoints', this.savepointsView);
    this.put('.apps-here', this.appsView);
    this.put('.history', this.historyView);
    this.put('.past', this.pastView);
    return this;
  },

  put(where, view) {
    const place = this.$(where)[0];
    if (place && view && place !== view.el.parentElement) place.append(view.render().el);
  },

  renderUnknown() {
    if (!servers.loaded) return this;
    return this.draw('gone', { title: `No server ${this.name}`, detail: 'No host offers a server of this name now.' });
  },

  holds() {
    const { model } = this;
    const verb = (name, word, look = '') => ({ name, word, look });
    if (model.isMine()) {
      return [...this.mores().map(({ name, word }) => verb(name, word)), verb('change', 'Extend or change'),
        verb('give', 'Give …'), verb('share', 'Share …'), verb('release', 'Release')];
    }
    if (me.onlyReads()) return [];
    const line = model.waits() ? [verb('leave', 'Leave the line')] : [verb('wait', 'Wait for it')];
    if (!model.isFree() && !model.waits() && !model.watches()) line.push(verb('watch', 'Tell me when it is free'));
    if (model.isForRepair() && model.get('reservation')) return [verb('takeover', 'Take over'), ...line];
    const reserve = verb('reserve', 'Reserve', 'primary');
    if (model.whyNot() && model.canBeReserved()) return [reserve, ...line];
    if (model.whyNot()) return model.whyOthers() ? [] : line;
    const over = model.isForOthers() ? [] : [verb('takeover', 'Take over')];
    if (model.get('reservation')) return [verb('ask', 'Ask for it …'), ...over, ...line];
    if (model.isMyTurn()) return [verb('take', 'Take it', 'primary'), verb('leave', 'Pass')];
    return model.isForOthers() ? line : [reserve];
  },

  // What a holder says to who has asked.
  answers() {
    const { model } = this;
    if (!model.isMine() || !model.get('reservation').asked.some(({ answer }) => !answer)) return null;
    return { words: [{ name: 'release', word: 'Release it' }, { name: 'until', word: 'Until …' },
      { name: 'keep', word: 'I still need it' }] };
  },

  makes() {
    const { model } = this;
    const stop = model.canStopFollowing() ? [{ name: 'unfollow', word: 'Stop following', look: '' }] : [];
    if (!model.canBuild()) return stop;
    const word = newerData(model) ? 'Newest data, same code …' : 'Fresh copy, same code …';
    const newest = canRenewData(model) ? [{ name: 'newest', word, look: '' }] : [];
    const follow = model.canFollow() ? [{ name: 'follow', word: 'Follow …', look: '' }] : stop;
    return [{ name: 'build', word: 'Build', look: 'primary' }, ...newest, ...follow];
  },

  build() { BuildDialog.ask(this.model); },
  followPath() { this.open(following); },
  stopFollowing() { this.act(async () => (await following())?.stop(this.model)); },
  ask() { this.open(async () => (await import('../reservations/ask-dialog.js')).AskDialog); },
  give() { this.open(async () => (await import('../reservations/give-dialog.js')).GiveDialog); },
  share() { this.open(async () => (await import('../reservations/share-dialog.js')).ShareDialog); },
  until() { this.open(async () => (await import('../reservations/answer-dialog.js')).AnswerDialog); },
  service() { this.open(outOfService); },
  async switchPower(event) {
    const { power } = event.currentTarget.dataset;
    const dialog = await later(() => import('./power-dialog.js'));
    if (this.el.isConnected) dialog?.switchPower(this, power);
  },

  // Not over another page, when it comes late.
  async open(fetchDialog) {
    const dialog = await later(fetchDialog);
    if (this.el.isConnected) dialog?.ask(this.model);
  },

  backInService() { this.act(async () => (await outOfService())?.putBack(this.model)); },

  keep() {
    this.act(async () => {
      await this.model.tell('answer', { answer: 'keep', ...this.model.ownNumber() });
      noticeDone('Who has asked is told that you still need it.');
    });
  },

  watch() {
    named(() => this.act(async () => {
      await this.model.join({ watch: true });
      noticeDone(`You are told when ${this.model.id} is free.`);
    }));
  },

  newestData() { ReplaceDialog.newestData(this.model); }
}));
