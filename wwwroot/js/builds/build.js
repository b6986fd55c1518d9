// One request to put an app on a server: its steps, its place in the queue, its outcome, and its verbs.
import { Backbone, _ } from '../page/libraries.js';
import { me } from '../access/me.js';
import * as api from '../live/api.js';
import { inParts } from '../live/parts.js';
import * as addresses from '../page/addresses.js';
import * as format from '../page/format.js';
import { shown } from '../page/shown.js';
import * as time from '../page/time.js';
import { servers } from '../servers/server.js';
import { holdText } from './build-hold.js';
import { estimate } from './estimate.js';
import { stateTemplate, took } from './steps.js';

export const Build = Backbone.Model.extend({
  url() { return api.path('builds', this.id); },
  logUrl() { return `${this.url()}/log`; },
  visit() { location.hash = addresses.build(this.id); },

  isOver() { return !['queued', 'running'].includes(this.get('state')); },

  // Something is there to be kept, and something is left to do.
  canResume() {
    const ended = ['failed', 'cancelled', 'interrupted'].includes(this.get('state'));
    return ended && (this.get('steps') || []).some((step) => step.state === 'succeeded');
  },

  // The same again: the revision that was checked out then, not the newest of today.
  wish() {
    const wish = _.pick(this.attributes, 'app', 'path', 'database', 'code', ...(this.get('database') ? ['bases'] : []));
    const revision = this.get('result')?.revision || this.get('revision');
    return revision ? _.extend(wish, { revision: String(revision) }) : wish;
  },

  async cancel() {
    await api.write('POST', api.path('builds', this.id, 'cancel'), {});
    await this.load().catch(() => null);   // the write succeeded; events tell the rest
  },

  // A failed one was meant to replace the database; after one that succeeded somebody may have worked with it.
  replaces() { return this.get('state') === 'succeeded' && this.get('database'); },

  // `wish` may have `from`: 'failed' to keep what succeeded, and the `number` of the reservation that is meant.
  async retry(wish, key) {
    const build = builds.take(await api.write('POST', api.path('builds', this.id, 'retry'), wish, key));
    await servers.get(build.get('server'))?.renew();
    return build;
  },

  // Who launched it, or who holds the server.
  mayCancel() {
    const name = me.get('name');
    return !this.isOver() && (this.get('by') === name || Boolean(servers.get(this.get('server'))?.isMine()));
  },

  // Its place and what it waits for: "Number 2 in the queue: qa03 is busy with build 41 of bob."
  waiting() {
    if (this.get('state') !== 'queued') return null;
    const { position, waitsFor } = this.attributes;
    const place = position ? `Number ${position} in the queue` : 'In the queue';
    return `${place}${waitsFor ? `: ${time.said(waitsFor)}` : ''}`.replace(/([^.])$/, '$1.');
  },

  toTemplate() {
    const build = this.attributes;
    return _.extend({}, _.pick(build, 'id', 'server', 'app', 'path', 'by', 'state'), {
      href: addresses.build(build.id),
      serverHref: addresses.server(build.server),
      resumes: build.resumes ? { id: build.resumes, href: addresses.build(build.resumes) } : null,
      repeats: build.retryOf && !build.resumes ? { id: build.retryOf, href: addresses.build(build.retryOf) } : null,
      wanted: format.revision(build.revision).short,
      parts: format.parts(build),
      follows: build.follows ? build.path : null,
      status: stateTemplate(build.state),
      message: time.said(build.message),
      leftOut: (build.leftOut || []).map(time.said),
      hold: holdText(this),
      at: time.of(build.at, time.ago),
      took: took(build),
      estimate: estimate(build)
    });
  }
});

// The builds somebody looks at, kept true by events; long ended ones leave when there are many.
export const Builds = Backbone.Collection.extend(_.extend({}, inParts, {
  model: Build,
  url: 'api/builds',
  address: 'api/builds',
  list: 'builds',
  most: 500,
  comparator: (one, other) => (one.get('at') < other.get('at') ? 1 : -1),

  take(build) {
    const model = this.set([build], { remove: false })[0];
    if (this.length > this.most) this.thin();
    return model;
  },

  // The older parts are asked for from the begin again.
  thin() {
    this.remove(this.slice(300).filter((one) => one.isOver() && one !== shown.page?.model));
    this.behind = undefined;
  },

  async start(server, wish, key) {
    const build = this.take(await api.write('POST', api.path('servers', server.id, 'builds'), wish, key));
    await server.renew();
    return build;
  }
}));

export const builds = new Builds();
