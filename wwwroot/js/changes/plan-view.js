// What a build will change, asked for while its form changes: after a pause, and the last answer wins. A slow or
// failing one holds nothing up.
import { commandsIn } from '../apps/after.js';
import { apps } from '../apps/apps.js';
import { bases } from '../bases/base.js';
import { Problem } from '../live/problem.js';
import { View } from '../page/view.js';
import { changesTemplate } from './changes.js';

export const PlanView = View.extend({
  className: 'changes',
  attributes: { 'aria-live': 'polite' },
  pause: 300,
  limit: 30000,
  offers: false,   // Whether the form can choose a fresh copy, too.

  // `wish` is what the form would send, or null; the same wish is asked again only when what is there has changed.
  ask(server, wish) {
    const { configuration, reservation } = server.attributes;
    const app = wish && apps.get(wish.app);
    const names = app?.get('databases')?.flatMap((one) => one.bases) || [app?.get('base')];
    const times = names.map((name) => bases.get(name)?.get('dataTime'));
    const question = JSON.stringify([wish, configuration?.build, reservation?.holder, times]);
    if (question === this.question) return;
    this.stop();
    this.question = question;
    this.answer = this.failure = null;
    this.waiting = Boolean(wish);
    this.after = wish ? commandsIn(apps.get(wish.app)?.get('after'), wish) : [];
    this.what = wish?.code ? 'checkout' : 'fresh database';
    if (wish) this.timer = setTimeout(() => this.look(server, wish), this.pause);
    this.paint();
  },

  async look(server, wish) {
    const asking = this.asking = new AbortController();
    const limit = setTimeout(() => asking.abort(), this.limit);
    try {
      this.take(asking, { answer: await server.plan(wish, asking.signal) });
    } catch (error) {
      this.take(asking, { failure: Problem.of(error) });
    } finally {
      clearTimeout(limit);
    }
  },

  take(asking, outcome) {
    if (asking !== this.asking) return;   // the form has changed meanwhile
    Object.assign(this, outcome, { waiting: false });
    this.paint();
    if (outcome.answer) this.trigger('answer', outcome.answer);
  },

  render() {
    const { answer, failure, waiting } = this;
    return this.draw('plan', {
      after: this.after?.length > 0 && { commands: this.after, what: this.what },
      offers: this.offers,
      waiting,
      others: answer?.others,
      ...this.failed(failure),
      changes: answer && changesTemplate(answer, true)
    });
  },

  // Who asks for too many plans at once can build all the same; what is refused for the plan is so for the build.
  failed(failure) {
    if (!failure) return {};
    const text = failure.status ? `${failure.title} ${failure.detail}`.trim() : 'The console has not answered.';
    if (failure.status >= 400 && failure.status < 500 && failure.status !== 429) return { refused: [text] };
    return { unknown: { text, buildable: failure.status === 429 } };
  },

  stop() {
    clearTimeout(this.timer);
    this.asking?.abort();
    this.asking = null;
  },

  remove() {
    this.stop();
    return View.prototype.remove.call(this);
  }
});
