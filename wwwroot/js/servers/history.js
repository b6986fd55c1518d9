// The configurations a server has had, newest first.
import { Backbone, _ } from '../page/libraries.js';
import { databasesTemplate } from '../builds/base-choice.js';
import { stateTemplate } from '../builds/steps.js';
import * as api from '../live/api.js';
import { inParts } from '../live/parts.js';
import * as addresses from '../page/addresses.js';
import * as format from '../page/format.js';
import * as time from '../page/time.js';

export const History = Backbone.Collection.extend(_.extend({}, inParts, {
  list: 'history',

  // `part`: how many entries are asked for at once; without it all are.
  initialize(models, options) { _.extend(this, _.pick(options, 'server', 'part')); },
  address() { return api.path('servers', this.server.id, 'history'); },
  url() { return `${this.address()}${this.part ? `?limit=${this.part}` : ''}`; },
  modelId: (entry) => entry.build,

  // One entry with its settings as they were rendered.
  async entry(build) { return (await api.read(api.path('servers', this.server.id, 'history', build))).body; },

  // What differs between two entries; asking the repository can take a while.
  async changes(to, from) {
    const path = api.path('servers', this.server.id, 'history', to, 'changes');
    const address = `${path}?since=${encodeURIComponent(from)}`;
    return (await api.read(address, null, AbortSignal.timeout(30000))).body;
  },

  // What an entry is compared with: the present configuration, and the entry before it.
  compares(build, server) {
    const all = this.reject((entry) => entry.get('off'));
    const at = all.findIndex((entry) => String(entry.get('build')) === String(build));
    const present = server?.get('configuration')?.build ?? all[0]?.get('build');
    const before = at < 0 ? null : all[at + 1]?.get('build');
    const isPast = present && String(present) !== String(build);
    const href = (to, from) => addresses.compare(this.server.id, to, from);
    return [
      ...(isPast ? [{ word: 'Compare with the present', href: href(present, build) }] : []),
      ...(before ? [{ word: 'Compare with the entry before', href: href(build, before) }] : [])
    ];
  }
}));

// An entry in the words of the templates.
export const entryTemplate = (entry) => ({
  build: entry.build,
  href: addresses.build(entry.build),
  app: entry.app,
  path: entry.path,
  revision: format.revision(entry.revision),
  changed: format.lastChanged(entry.revision, entry.lastChanged),
  parts: format.parts(entry),
  off: Boolean(entry.off),
  data: time.of(entry.dataTime, time.night),
  host: entry.host || null,
  databases: databasesTemplate(entry.databases, time.night),
  by: entry.by,
  at: time.of(entry.at),
  took: format.seconds(entry.seconds),
  status: stateTemplate(entry.result),
  message: time.said(entry.message)
});
