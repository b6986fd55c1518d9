// What is on a server: the apps with a site, and what is left of others.
import { Backbone } from '../page/libraries.js';
import { builds } from '../builds/build.js';
import * as api from '../live/api.js';
import * as addresses from '../page/addresses.js';
import * as format from '../page/format.js';
import * as time from '../page/time.js';

export const AppsHere = Backbone.Model.extend({
  initialize(attributes, { server }) { this.server = server; },
  url() { return api.path('servers', this.server.id, 'apps'); },

  // Answers the build that does it.
  async takeOff(app, folders) {
    const query = new URLSearchParams({ ...this.server.ownNumber(), ...(folders ? { folders: 'remove' } : {}) });
    const path = `${api.path('servers', this.server.id, 'apps', app)}${query.size ? `?${query}` : ''}`;
    const build = builds.take(await api.write('DELETE', path, {}));
    await this.server.renew();
    return build;
  },

  renew() { return this.load().catch(() => null); }
});

// One of them in the words of the templates.
export const appTemplate = (one) => ({
  app: one.app,
  site: one.site,
  former: Boolean(one.former),
  left: !one.site && Boolean(one.path || one.copies.length),
  only: !one.site && !one.path && !one.copies.length,
  href: one.address ? format.address(one.address) : null,
  address: one.address,
  icon: 'out',
  path: one.path,
  revision: format.revision(one.revision),
  incomplete: one.incomplete,
  data: time.of(one.dataTime, time.data),
  since: time.of(one.since, time.ago),
  by: one.by,
  buildHref: one.build ? addresses.build(one.build) : null,
  build: one.build,
  copies: one.copies.map((copy) => ({ database: copy.database, size: format.size(copy.size) || null })),
  goes: one.copies.filter((copy) => !copy.alsoOf).map((copy) => copy.database).join(', ') || null,
  stays: one.copies.filter((copy) => copy.alsoOf)
    .map((copy) => `${copy.database} stays, as ${copy.alsoOf.join(' and ')} uses it`).join('; ') || null,
  folders: one.folders.join(', ') || null
});
