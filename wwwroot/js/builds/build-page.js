// One build, live: its steps, its log, its outcome.
import { _ } from '../page/libraries.js';
import { named } from '../access/name-dialog.js';
import { commandsIn } from '../apps/after.js';
import { apps } from '../apps/apps.js';
import { live } from '../live/live.js';
import { LogView } from '../log/log-view.js';
import * as addresses from '../page/addresses.js';
import { clock } from '../page/clock.js';
import * as format from '../page/format.js';
import * as time from '../page/time.js';
import { View } from '../page/view.js';
import { servers } from '../servers/server.js';
import { databasesTemplate } from './base-choice.js';
import { BuildDialog } from './build-dialog.js';
import { builds } from './build.js';
import { ReplaceDialog } from './replace-dialog.js';
import { stepsTemplate } from './steps.js';
import { outOf } from '../servers/status.js';

export const BuildPage = View.extend({
  events: {
    'click [name=cancel]': 'cancel',
    'click [name=retry]': 'retry',
    'click [name=again]': 'runAgain',
    'click [name=edit]': 'edit'
  },

  initialize({ id, line }) {
    this.line = line;
    this.title = `Build ${id}`;
    this.model = builds.get(id) || builds.add({ id });
    this.facts = this.own(new View());
    this.listenTo(this.model, 'change', this.paint);
    // The collection may have let it go meanwhile, so that it would hear nothing there.
    this.listenTo(live, 'build', (build) => { if (String(build.id) === id) this.model.set(build); });
    this.listenTo(servers, 'update sync change', this.paint);
    this.listenTo(clock, 'second', () => { if (!this.model.isOver()) this.paint(); });
    this.load().catch(() => null);   // the lost connection has its own banner
    this.$el.append(this.facts.el);
  },

  refresh() { return this.missing ? null : this.load(); },

  load() { return this.loadOr((problem) => this.fail(problem)); },

  fail(problem) {
    this.missing = problem;
    builds.remove(this.model);
    this.paint();
  },

  commands() { return commandsIn(apps.get(this.model.get('app'))?.get('after'), this.model.attributes); },

  render() {
    if (this.missing) { this.facts.draw('gone', this.missing); return this; }
    if (!this.model.has('state')) return this;
    this.facts.busy = this.busy;
    this.facts.draw('build-page', _.extend(this.model.toTemplate(), {
      busy: this.busy,
      problem: this.problem,
      actions: this.actions(),
      waiting: this.model.waiting(),
      steps: stepsTemplate(this.model.get('steps'), this.commands()),
      result: this.result(),
      health: this.health(),
      out: this.out()
    }));
    if (!this.log) {
      this.log = this.own(new LogView({
        url: this.model.logUrl(), file: `build-${this.model.id}.log`,
        page: addresses.build(this.model.id), line: this.line,
        since: this.model.get('startedAt') || this.model.get('at'), isOver: () => this.model.isOver()
      }));
      this.$el.append(this.log.render().el);
    }
    return this;
  },

  out() {
    const server = this.model.isOver() && this.server();
    const url = server && outOf(server);
    return url && { url, icon: 'out' };
  },

  actions() {
    const { model } = this;
    const word = this.cancelling ? 'Cancelling …' : 'Cancel';
    if (!model.isOver()) return [{ name: 'cancel', word, look: 'danger' }];
    const server = this.server();
    if (!server?.canBuild()) return [];
    const more = (step) => (this.asksFirst(step) ? ' …' : '');
    const from = `Retry from the ${model.get('state')} step${more('failed')}`;
    const retry = { name: 'retry', word: from, look: 'primary' };
    const again = { name: 'again', word: `Run again${more()}`, look: '' };
    const edit = { name: 'edit', word: 'Change and run …', look: '' };
    const off = model.get('off') && (model.get('state') === 'succeeded' ? [] : [again]);
    return [...(model.canResume() ? [retry] : []), ...off || [again, edit]];
  },

  result() {
    const result = this.model.get('result');
    return result && {
      revision: format.revision(result.revision), changed: format.lastChanged(result.revision, result.lastChanged),
      data: time.of(result.dataTime, time.data),
      database: result.database, host: result.host, method: result.method,
      databases: databasesTemplate(result.databases, time.data)
    };
  },

  health() {
    const health = this.model.get('health');
    return health && {
      url: health.url, href: format.address(health.url), code: health.status || null,
      took: format.seconds(health.seconds), text: health.text || null, errorLog: health.errorLog || null
    };
  },

  cancel() {
    this.cancelling = true;
    this.act(() => this.model.cancel()).finally(() => { this.cancelling = false; this.paint(); });
  },

  server() { return servers.get(this.model.get('server')); },
  retry() { this.repeat('failed'); },
  runAgain() { this.repeat(); },

  // A question first, when the database that is there is replaced or when a free server is reserved by it.
  asksFirst(from) { return (!from && this.model.replaces()) || this.server().isFree(); },

  repeat(from) {
    if (this.asksFirst(from)) ReplaceDialog.again(this.server(), this.model, from);
    else named(() => this.act(() => this.retryNow(from)));
  },

  async retryNow(from) {
    (await this.model.retry({ ...(from ? { from } : {}), ...this.server().ownNumber() })).visit();
  },

  edit() { BuildDialog.ask(this.server(), this.model.wish()); }
});
