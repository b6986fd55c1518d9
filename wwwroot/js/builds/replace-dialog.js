// Asks once before a single click replaces a database or reserves a free server, and shows what will change: newest
// data, or a build run again.
import { _ } from '../page/libraries.js';
import { named } from '../access/name-dialog.js';
import { apps } from '../apps/apps.js';
import { PlanView } from '../changes/plan-view.js';
import { clock } from '../page/clock.js';
import { Dialog } from '../page/dialog.js';
import { refusal } from '../reservations/refusal.js';
import { basesOf, chosenBases } from './base-choice.js';
import { BuildDialog } from './build-dialog.js';
import { newerData, newestData } from '../servers/status.js';
import { builds } from './build.js';

export const ReplaceDialog = Dialog.extend(_.extend({}, refusal, {
  template: 'replace-dialog',
  moreEvents: refusal.refusalEvents,

  initialize({ wish, title, text, word, run }) {
    _.extend(this, { wish, title, text, word, verb: run });
    this.see();
    this.listenTo(clock, 'tick', this.drawHold);
    this.listenTo(this.model, 'change:build', this.drawHold);
  },

  data() { return { title: this.title, text: this.text, plans: Boolean(this.wish) }; },

  ready() {
    this.drawHold();
    if (!this.wish) return;
    this.plan = this.own(new PlanView());
    this.$('.plan-place').append(this.plan.el);
    this.plan.ask(this.model, this.wish);
    this.listenTo(this.model, 'change', () => this.plan.ask(this.model, this.wish));
  },

  drawHold: BuildDialog.prototype.drawHold,
  seenAnew: BuildDialog.prototype.seenAnew,

  async send(key) { (await this.verb(key, this.ownNumber())).visit(); }
}), {
  newestData(server) {
    const now = server.get('configuration'), { app: name, path, revision } = now;
    const wish = { app: name, path, database: true, code: false };
    if (revision) wish.revision = String(revision);
    const newer = newerData(server);
    const newest = newer || !newestData(server) ? '' : ' Its data is the newest there is already.';
    const from = chosenBases(apps.get(name)?.get('databases'), basesOf(now)).map((one) => one.base);
    const lost = from.length > 1
      ? `The databases of ${server.id} are replaced by fresh copies of ${from.join(', ')}. What is in them`
      : `The database of ${server.id} is replaced by a fresh copy of ${from[0] || apps.baseOf(name)}. What is in it`;
    const text = `${lost} now is lost.${newest} The code stays as it is: ${path}.`;
    named(() => new ReplaceDialog({
      model: server, wish, text, word: 'Replace the database',
      title: newer ? `Newest data for ${server.id}?` : `A fresh copy of the database for ${server.id}?`,
      run: (key, number) => builds.start(server, { ...wish, ...number }, key)
    }).open());
  },

  // `from` is 'failed' to keep what succeeded.
  again(server, build, from) {
    const lost = build.get('database') && !from;
    const loss = lost ? ` The database of ${server.id} is replaced by a fresh copy. What is in it now is lost.` : '';
    const text = from ? `Goes on where build ${build.id} ended; what succeeded there is kept.`
      : `Build ${build.id} is run again exactly.${loss}`;
    named(() => new ReplaceDialog({
      model: server, wish: from ? null : build.wish(), text,
      title: from ? `Go on with build ${build.id}?` : `Run build ${build.id} again?`,
      word: from ? 'Retry' : lost ? 'Replace the database' : 'Run again',
      run: (key, number) => build.retry({ ...(from ? { from } : {}), ...number }, key)
    }).open());
  }
});
