// A server's savepoints as a table, with what can be done with each.
import { clock } from '../page/clock.js';
import * as format from '../page/format.js';
import * as time from '../page/time.js';
import { View } from '../page/view.js';
import { live } from '../live/live.js';
import { named } from '../access/name-dialog.js';
import { BackDialog } from './back-dialog.js';
import { DropSavepointDialog } from './drop-savepoint-dialog.js';
import { KeepDialog } from './keep-dialog.js';
import { failureWords, Savepoints, savepointTemplate } from './savepoints.js';

const SavepointsView = View.extend({
  events: { 'click [name=keep-state]': 'keep', 'click .go-back': 'goBack', 'click .drop': 'drop' },

  initialize() {
    this.listenTo(this.model, 'sync change', this.paint);
    this.listenTo(this.model.server, 'change', this.paint);
    this.listenTo(clock, 'tick', this.paint);
    this.listenTo(clock, 'second', this.follow);
    // Those of other servers with the same app are listed, too.
    this.listenTo(live, 'savepoints', () => this.model.renew());
    // A twin that is ready is told with its base.
    this.listenTo(live, 'base', () => { if (!this.model.all().every((one) => one.quick)) this.model.renew(); });
  },

  // How far it is has no events: it is asked for, every two seconds.
  follow() {
    if (this.model.get('work') && Math.floor(time.now() / 1000) % 2 === 0) this.model.renew();
  },

  render() {
    const { model } = this;
    const { work, perServer, keptDays, savepoints = [], others = [] } = model.attributes;
    const usable = model.server.canBuild() && (model.server.isMine() || model.server.isShared());
    const of = (one) => savepointTemplate(one, model.server, usable && !work);
    return this.draw('savepoints-table', {
      server: model.server.id,
      loaded: model.loaded,
      any: savepoints.length + others.length > 0,
      rows: [...savepoints, ...others].map(of),
      keeps: usable,
      whyNot: time.said(model.get('whyNot')) || null,
      off: Boolean(model.whyNot()),
      work: work && {
        text: work.back ? `Going back to “${work.name}”` : `“${work.name}” is being kept`,
        by: work.by,
        waits: time.said(work.waitsFor) || null,
        bar: format.bar(work.progress, `savepoint ${work.name}`)
      },
      failed: work ? null : failureWords(model.get('last')),
      limit: format.count(perServer || 0, 'savepoint', 'savepoints'),
      keptDays
    });
  },

  keep() { named(() => new KeepDialog({ model: this.model }).open()); },
  goBack(event) { this.ask(BackDialog, event); },
  drop(event) { this.ask(DropSavepointDialog, event); },

  ask(Dialog, event) {
    const one = this.model.find(event.currentTarget.dataset.savepoint);
    if (one) named(() => new Dialog({ model: this.model, one }).open());
  }
});

// Of a server; this module comes with the first that has a database.
export const savepointsOf = (server) => new SavepointsView({ model: new Savepoints({}, { server }) });
