// What people have kept of a server's databases, to go back to it: the server's own, those of other servers with the
// same app, and what is under way.
import { Backbone } from '../page/libraries.js';
import { me } from '../access/me.js';
import * as api from '../live/api.js';
import * as format from '../page/format.js';
import * as time from '../page/time.js';

export const Savepoints = Backbone.Model.extend({
  initialize(attributes, { server }) { this.server = server; },
  url() { return api.path('servers', this.server.id, 'savepoints'); },

  all() { return [...this.get('savepoints') || [], ...this.get('others') || []]; },
  // Whether there is anything to say of them.
  isAny() { return this.all().length > 0 || this.get('apps')?.length > 0 || Boolean(this.get('last')?.problem); },
  find(id) { return this.all().find((one) => String(one.id) === String(id)); },
  // Why nothing can be kept now; null: it can, and where the server has as many as it may, in place of another.
  whyNot() {
    return (!this.get('full') && this.get('whyNot')) || (this.get('work') ? 'Something is under way.' : null);
  },

  async keep(wish, key) {
    const body = { ...wish, ...this.server.ownNumber() };
    const answer = await api.write('POST', api.path('servers', this.server.id, 'savepoints'), body, key);
    await this.renew();
    return answer;
  },

  async goBack(id, key) {
    const path = api.path('servers', this.server.id, 'savepoints', id, 'back');
    const answer = await api.write('POST', path, this.server.ownNumber(), key);
    await this.renew();
    return answer;
  },

  async drop(one) {
    await api.write('DELETE', api.path('servers', one.server, 'savepoints', one.id), {});
    await this.renew();
  },

  renew() { return this.load().catch(() => null); }
});

// A savepoint in the words of the templates.
export function savepointTemplate(one, server, usable) {
  const mine = me.get('name') === one.by || me.isAdministrator() || (usable && one.server === server.id);
  const kept = one.state === 'kept';
  return {
    id: one.id,
    name: one.name,
    app: one.app,
    note: one.note,
    of: one.server === server.id ? null : one.server,
    by: one.by,
    at: time.of(one.at, time.ago),
    size: kept ? format.size(one.size) || 'of unknown size' : 'being kept …',
    data: time.of(one.dataTime, time.night),
    dropped: time.of(one.droppedAt),
    back: backWords(one, kept),
    whyNot: kept ? time.said(one.whyNot) || null : null,
    canGoBack: kept && usable && !one.whyNot,
    canDrop: kept && mine && !me.onlyReads()
  };
}

// What a call has answered: what takes longer than its answer is shown on the page.
export const answerWords = (answer) => (answer.done ? answer.message
  : 'It takes a while and goes on, also when you leave. How far it is stands under Savepoints.');

function backWords(one, kept) {
  if (!kept) return '';
  if (one.quick) return 'at once';
  const took = format.seconds(one.backSeconds);
  return took ? `takes about ${took}` : 'takes a copy';
}

// Those in whose place one more can be kept, the oldest first; none while there is room.
export const placesToKeep = (model) =>
  !model.get('full') ? [] : model.get('savepoints')
    .filter((one) => savepointTemplate(one, model.server, true).canDrop)
    .reverse()
    .map((one) => ({ id: one.id, text: `${one.name}, of ${one.by}, ${time.of(one.at, time.ago).text}` }));

// How the last thing that was done here has failed; null: it has not.
export const failureWords = (last) => last?.problem ? {
  text: last.back ? `Going back to “${last.name}” has failed` : `“${last.name}” could not be kept`,
  by: last.by,
  at: time.of(last.endedAt, time.ago),
  why: time.said(last.problem)
} : null;

// How long keeping takes, for most of which the site is without its database.
export const keepWords = (seconds) => {
  const took = format.seconds(seconds);
  return took ? `It takes about ${took}.` : 'How long it takes is not known yet.';
};
