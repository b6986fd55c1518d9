// A database that is restored each night and only ever copied.
import { Backbone, _ } from '../page/libraries.js';
import { stepsTemplate } from '../builds/steps.js';
import * as api from '../live/api.js';
import * as format from '../page/format.js';
import * as time from '../page/time.js';
import { Restore } from './restore.js';

export const Base = Backbone.Model.extend({
  idAttribute: 'name',

  async restore() {
    const restore = await api.write('POST', api.path('bases', this.id, 'restore'), {});
    bases.takeRestore(restore);
  },

  toTemplate() {
    const base = this.attributes;
    const last = base.lastRestore;
    const old = base.stale && !base.dataDoubt;
    const age = (date) => [time.night(date), !base.dataDoubt && time.old(date)].filter(Boolean).join(', ');
    const took = format.seconds(base.methodSeconds);
    return {
      name: base.name,
      host: (base.places || [base]).map((one) => one.host).join(' and '),
      old,
      doubt: time.said(base.dataDoubt) || null,
      limit: old && base.dataTime && base.staleAfterHours ? `older than ${base.staleAfterHours} h` : null,
      staleness: base.stale ? 'stale' : '',
      trouble: base.problem ? { text: time.said(base.problem), icon: 'crashed' } : null,
      data: time.of(base.dataTime, age),
      size: format.size(base.size) || 'unknown',
      spares: base.spares?.wanted ? `${base.spares.ready} of ${base.spares.wanted} ready` : 'none wanted',
      method: base.method && [base.method, took && `the last took ${took}`].filter(Boolean).join(', '),
      apps: (base.apps || []).map((one) => one.name || one).join(', ') || 'none',
      last: last && Restore.words(last),
      leftOut: base.leftOut || [],
      restore: base.restore && _.extend(Restore.words(base.restore), { steps: stepsTemplate(base.restore.steps) })
    };
  }
});

export const Bases = Backbone.Collection.extend({
  model: Base,
  url: 'api/bases',
  comparator: 'name',
  parse: (answer) => answer.bases,

  // Is this data older than its base allows? Time makes it so, without an event.
  isStale(name, dataTime) {
    const base = this.get(name);
    if (!base || !dataTime || !base.get('staleAfterHours')) return false;
    return time.secondsSince(dataTime) > base.get('staleAfterHours') * 3600;
  },

  takeRestore(restore) {
    const over = !['queued', 'running'].includes(restore.state);
    const base = this.get(restore.base);
    if (!base) return;
    if (!over) base.set({ restore });
    else base.set({ ...(base.get('restore')?.id === restore.id ? { restore: null } : {}), lastRestore: restore });
  }
});

export const bases = new Bases();
