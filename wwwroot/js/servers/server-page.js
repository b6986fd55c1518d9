// One server: who has it, what is on it, what is being built, and what was on it before.
import { _ } from '../page/libraries.js';
import { me } from '../access/me.js';
import { apps } from '../apps/apps.js';
import { bases } from '../bases/base.js';
import { BuildDialog } from '../builds/build-dialog.js';
import { builds } from '../builds/build.js';
import { ReplaceDialog } from '../builds/replace-dialog.js';
import { clock } from '../page/clock.js';
import { View } from '../page/view.js';
import { ReleaseDialog } from '../reservations/release-dialog.js';
import { ReserveDialog } from '../reservations/reserve-dialog.js';
import { TakeoverDialog } from '../reservations/takeover-dialog.js';
import { HistoryView } from './history-view.js';
import { History } from './history.js';
import { servers } from './server.js';
import { canRenewData, newerData, serverTemplate } from './status.js';

export const ServerPage = View.extend({
  events: {
    'click [name=reserve]': 'reserve',
    'click [name=change]': 'reserve',
    'click [name=release]': 'release',
    'click [name=takeover]': 'takeOver',
    'click [name=build]': 'build',
    'click [name=newest]': 'newestData'
  },

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
    this.history.load().catch(() => null);   // the look every 30 s, or the lost connection, tells
    this.paint();
  },

  refresh() { return this.history?.load(); },

  render() {
    if (!this.model) return this.renderUnknown();
    this.draw('server-page', _.extend(serverTemplate(this.model), {
      holds: this.holds(), makes: this.makes(), busy: this.busy, problem: this.problem
    }));
    const place = this.$('.history')[0];
    if (place && place !== this.historyView.el.parentElement) place.append(this.historyView.render().el);
    return this;
  },

  renderUnknown() {
    if (!servers.loaded) return this;
    return this.draw('gone', { title: `No server ${this.name}`, detail: 'No host offers a server of this name now.' });
  },

  holds() {
    const { model } = this;
    const change = { name: 'change', word: 'Extend or change', look: '' };
    if (model.isMine()) return [change, { name: 'release', word: 'Release', look: '' }];
    if (model.whyNot() || me.onlyReads()) return [];
    if (model.get('reservation')) return [{ name: 'takeover', word: 'Take over', look: '' }];
    return [{ name: 'reserve', word: 'Reserve', look: 'primary' }];
  },

  makes() {
    const { model } = this;
    if (!model.canBuild()) return [];
    const word = newerData(model) ? 'Newest data, same code …' : 'Fresh copy, same code …';
    const newest = canRenewData(model) ? [{ name: 'newest', word, look: '' }] : [];
    return [{ name: 'build', word: 'Build', look: 'primary' }, ...newest];
  },

  reserve() { ReserveDialog.ask(this.model); },
  takeOver() { TakeoverDialog.ask(this.model); },
  build() { BuildDialog.ask(this.model); },
  release() { ReleaseDialog.ask(this.model, (verb) => this.act(verb)); },

  newestData() { ReplaceDialog.newestData(this.model); }
});
