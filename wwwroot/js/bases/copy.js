// The copy of a server that is not seen: why it stays, or when it goes.
import { Backbone, _ } from '../page/libraries.js';
import * as api from '../live/api.js';
import * as format from '../page/format.js';
import { noticeDone } from '../page/notice.js';
import * as time from '../page/time.js';

export const Copy = Backbone.Model.extend({
  async drop() {
    const { host, database } = this.attributes;
    const path = `${api.path('copies', database)}?host=${encodeURIComponent(host)}`;
    const dropped = await api.write('DELETE', path, {});
    copies.remove(this);
    noticeDone(dropped.message);
  },

  toTemplate() {
    const copy = this.attributes;
    return {
      id: this.id,
      database: copy.database,
      host: copy.host,
      base: copy.base,
      server: copy.server,
      size: format.size(copy.size) || 'of unknown size',
      data: time.of(copy.dataTime, time.data),
      since: time.of(copy.goneSince),
      dropped: time.of(copy.droppedAt),
      kept: time.said(copy.kept) || (copy.droppedAt ? null : 'its server’s absence is not yet written at it'),
      mayBeDropped: copy.mayBeDropped
    };
  }
});

// Copies whose server is not seen, and what is left of bases that the settings no longer name.
export const Copies = Backbone.Collection.extend({
  model: Copy,
  url: 'api/copies',
  comparator: 'database',

  parse(answer) {
    Object.assign(this, { keptDays: answer.keptDays, leftovers: answer.leftovers });
    return answer.copies.map((copy) => _.extend(copy, { id: `${copy.host}/${copy.database}` }));
  },

  take(answer) {
    this.set(this.parse(answer));
    this.trigger('sync');
  },

  toTemplate() {
    const [foreign, own] = _.partition(this.models, (copy) => copy.get('foreign'));
    const copies = own.map((copy) => copy.toTemplate());
    const others = foreign.length ? {
      text: format.count(foreign.length, 'copy', 'copies'),
      consoles: _.uniq(foreign.map((copy) => copy.get('console'))).join(', '),
      list: foreign.map((copy) => `${copy.get('database')} on ${copy.get('host')}`).join('\n')
    } : null;
    const leftovers = (this.leftovers || []).map((left) => ({ ...left, statements: left.statements.join('\n') }));
    return {
      copies,
      leftovers,
      others,
      keptDays: this.keptDays,
      any: copies.length + leftovers.length + foreign.length > 0,
      anyCopies: copies.length > 0
    };
  }
});

export const copies = new Copies();
