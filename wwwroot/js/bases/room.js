// What takes room on the database hosts, and what of it nobody needs.
import { Backbone, _ } from '../page/libraries.js';
import * as api from '../live/api.js';
import * as format from '../page/format.js';
import * as time from '../page/time.js';

const words = {
  base: 'Bases', copy: 'Copies', spare: 'Spares', night: 'Old nights', keep: 'Savepoints', twin: 'Their twins'
};
const unknown = 'of unknown size';

export const Room = Backbone.Model.extend({
  url: 'api/room',

  async drop(list, key) {
    const databases = list.map((one) => _.pick(one, 'host', 'name'));
    const dropped = await api.write('POST', 'api/room/drop', { databases }, key);
    await this.load().catch(() => null);
    return dropped;
  },

  unneeded() {
    const one = (found) => ({ ...found, size: format.size(found.size), why: time.said(found.why) });
    return (this.get('unneeded') || []).map(one);
  },

  toTemplate() {
    const { hosts = [], servers = [], unneeded = [], folders = [] } = this.attributes;
    const size = unneeded.reduce((sum, one) => sum + (one.size || 0), 0);
    const text = `${format.count(unneeded.length, 'database', 'databases')}, ${format.size(size)},`;
    return {
      hosts: hosts.map(hostWords),
      servers: servers.map((one) => ({
        server: one.server, size: format.size(one.size), count: format.count(one.databases, 'database', 'databases')
      })),
      unneeded: unneeded.length ? { text } : null,
      folders: folders.length ? {
        text: format.count(folders.length, 'folder', 'folders'),
        list: folders.map((one) => `${one.server}: ${one.command}`).join('\n')
      } : null
    };
  }
});

function hostWords(host) {
  return {
    name: host.name,
    problem: time.said(host.problem) || null,
    free: format.size(host.diskFree) || null,
    disk: format.size(host.diskSize),
    count: format.count(host.databases.length, 'database', 'databases'),
    parts: host.parts.map((part) => ({
      word: words[part.kind], size: format.size(part.size), more: part.count > 1 ? `in ${part.count}` : null
    })),
    databases: host.databases.map((one) => ({
      name: one.name, size: format.size(one.size) || unknown, data: time.of(one.dataTime, time.data),
      foreign: one.foreign
    }))
  };
}
