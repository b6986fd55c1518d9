// Choose app, path, revision and what to replace; filled in from what is on the server, or from a history entry.
import { _ } from '../page/libraries.js';
import { named } from '../access/name-dialog.js';
import { apps } from '../apps/apps.js';
import { bases } from '../bases/base.js';
import { PlanView } from '../changes/plan-view.js';
import { Problem } from '../live/problem.js';
import { clock } from '../page/clock.js';
import { Dialog } from '../page/dialog.js';
import * as format from '../page/format.js';
import { render } from '../page/templates.js';
import * as time from '../page/time.js';
import { refusal } from '../reservations/refusal.js';
import { askedBases, basesOf, choiceFields, chosenBases } from './base-choice.js';
import { buildPlan } from './build-plan.js';
import { launchText } from '../reservations/hold.js';
import { builds } from './build.js';

export const BuildDialog = Dialog.extend(_.extend({}, refusal, {
  template: 'build-dialog',
  word: 'Build',
  moreEvents: _.extend({
    'change [name=app]': 'switchApp',
    'input [name=path]': 'suggestSoon',
    'change .base-choices select': 'chooseBase',
    'input input': 'replan',
    'click [name=fresh-copy]': 'takeFreshCopy',
    'change input': 'replan'
  }, refusal.refusalEvents),

  initialize({ entry }) {
    this.entry = entry;
    this.see();
    this.from = entry || this.model.get('configuration') || {};
    this.chosen = entry ? basesOf(entry) : {};   // by the database; what nobody has chosen, the console knows
    this.planned = {};
    this.listenTo(bases, 'update change', this.replan);
    this.listenTo(this.model, 'change:configuration change:reservation', this.replan);
    this.listenTo(this.model, 'change:build', this.drawHold);
    this.listenTo(clock, 'tick', this.drawHold);
  },

  data() {
    const { from } = this;
    const chosen = apps.get(from.app) || apps.first();
    const known = chosen && from.app === chosen.id;
    const has = (part) => (typeof from[part] === 'boolean' && (from.database || from.code) ? from[part] : true);
    return {
      server: this.model.id,
      title: this.entry ? `Run again on ${this.model.id}` : `Build on ${this.model.id}`,
      gone: from.app && chosen && !known ? from.app : null,
      apps: apps.map((one) => ({ name: one.id, chosen: one === chosen })),
      path: (known && from.path) || chosen?.get('defaultPath') || '',
      revision: this.entry ? this.entry.revision : '',
      database: Boolean(chosen?.get('base')) && has('database'),
      code: has('code')
    };
  },

  ready() {
    this.plan = this.own(new PlanView());
    this.plan.offers = true;
    this.$('.plan-place').append(this.plan.el);
    this.listenTo(this.plan, 'answer', this.takePlan);
    this.drawHold();
    this.suggest();
    this.replan();
  },

  // Under which reservation it runs; one that it makes itself is said to be made.
  drawHold() { this.$('.hold').text(launchText(this.model, this.seen)); },

  seenAnew() {
    this.see();
    this.drawHold();
  },

  wish() {
    const wish = {
      app: this.value('app'),
      path: this.path(),
      database: this.field('database').checked && !this.field('database').disabled,
      code: this.field('code').checked
    };
    if (this.value('revision')) wish.revision = this.value('revision');
    const asked = askedBases(this.databases(), this.chosen);
    if (wish.database && Object.keys(asked).length) wish.bases = asked;
    return wish;
  },

  databases() { return apps.get(this.value('app'))?.get('databases'); },

  // Each database with the base that it is made from, and what is known of that.
  several() {
    const here = this.model.get('configuration');
    const now = here?.app === this.value('app') ? basesOf(here) : {};
    return chosenBases(this.databases(), this.chosen, this.planned, now)
      .map((one) => ({ ...one, facts: bases.get(one.base)?.attributes }));
  },

  chooseBase(event) {
    this.chosen = { ...this.chosen, [event.target.name.replace(/^base-/, '')]: event.target.value };
    this.replan();
  },

  // The console says which base is meant where none is chosen.
  takePlan(answer) {
    if (answer.app !== this.value('app')) return;
    this.planned = basesOf(answer);
    this.drawChoices();
  },

  // Only when something is another: an open list would close.
  drawChoices() {
    const fields = choiceFields(this.databases(), this.several(), (base) => bases.get(base)?.attributes);
    const html = fields.length ? render('base-choices', { choices: fields }) : '';
    if (html !== this.choices) this.$('.base-choices').html(this.choices = html);
    this.$('.base-choices select').prop('disabled', !this.wish().database);
  },

  // A name may begin or end with a blank: then it is one of the list's, or what is there.
  path() {
    const typed = this.field('path').value;
    return this.listed?.has(typed) || typed === this.from.path ? typed : typed.trim();
  },

  switchApp() {
    const chosen = apps.get(this.value('app'));
    this.chosen = {};
    this.planned = {};
    this.field('path').value = chosen.get('defaultPath') || '';
    this.field('revision').value = '';
    this.field('database').checked = Boolean(chosen.get('base'));
    if (!chosen.get('base')) this.field('code').checked = true;
    this.suggest();
    this.replan();
  },

  suggestSoon() {
    clearTimeout(this.suggestTimer);
    this.suggestTimer = setTimeout(() => this.suggest(), 150);
  },

  // The list under the path follows what is typed. One is asked for at a time, and then the one of the last text: each
  // counts among what a person may have the console do at once.
  async suggest() {
    const chosen = apps.get(this.value('app'));
    if (!chosen) return;
    if (this.asking?.app === chosen.id) {
      this.asking.again = true;
      return;
    }
    this.leaveList();
    const asking = this.asking = { app: chosen.id, again: false, limit: new AbortController() };
    const timer = setTimeout(() => asking.limit.abort(), 10000);
    const wanted = this.path();
    const answer = await chosen.paths(wanted === this.from.path ? '' : wanted, asking.limit.signal)
      .catch((error) => ({ paths: [], problem: Problem.of(error).title }));
    clearTimeout(timer);
    if (asking !== this.asking) return;
    this.asking = null;
    this.list(answer);
    if (asking.again) this.suggest();
  },

  leaveList() {
    this.asking?.limit.abort();
    this.asking = null;
  },

  remove() {
    this.leaveList();
    return Dialog.prototype.remove.call(this);
  },

  list(answer) {
    const words = ({ kind, revision, author, at }) =>
      [kind, format.revision(revision).short, author, at && time.ago(new Date(at))].filter(Boolean).join(', ');
    const paths = answer.paths.map((one) => ({ path: one.path, text: words(one) }));
    this.$('#paths').html(render('path-options', { paths }));
    this.listed = new Set(answer.paths.map(({ path }) => path));
    const asOf = answer.asOf ? ` The list is of ${time.when(new Date(answer.asOf))}.` : '';
    const problem = answer.problem &&
      `${answer.problem.replace(/([^.])$/, '$1.')}${asOf} A path can be typed all the same.`;
    this.$('.paths-hint').text([problem, ...answer.leftOut || []].filter(Boolean).join(' '));
  },

  replan() {
    if (!this.field('app')) return;
    const wish = this.wish();
    this.changed();
    const base = apps.baseOf(wish.app);
    this.field('database').disabled = !base;
    this.field('revision').disabled = !wish.code;
    this.field('path').disabled = !wish.code && this.model.get('configuration')?.app === wish.app;
    const several = this.several();
    const from = several[0]?.base || base;
    this.$('.plan')
      .text(buildPlan(wish, this.model.get('configuration'), from, bases.get(from)?.attributes, several));
    this.drawChoices();
    const askable = wish.app && (wish.database || wish.code) && wish.path;
    this.plan.ask(this.model, askable ? wish : null);
    if (!this.busy) this.$('[type=submit]').prop('disabled', !wish.app || (!wish.database && !wish.code));
  },

  // What the plan advises. Its button goes with the plan, so the focus moves to what it has chosen.
  takeFreshCopy() {
    this.field('database').checked = true;
    this.field('database').focus();
    this.replan();
  },

  async send(key) {
    const wish = this.wish();
    if (!wish.code) {   // the code stays: say which it is, when it is known
      const now = this.model.get('configuration');
      delete wish.revision;
      if (now?.app === wish.app) wish.path = now.path;
      if (now?.app === wish.app && now.revision) wish.revision = String(now.revision);
    }
    (await builds.start(this.model, { ...wish, ...this.ownNumber() }, key)).visit();
  }
}), {
  ask(model, entry) {
    named(async () => {
      if (!apps.length) await apps.load().catch(() => null);   // the dialog says that there is none
      new BuildDialog({ model, entry }).open();
    });
  }
});
