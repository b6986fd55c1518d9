// One refresh of a base from its dump.
import { Backbone } from '../page/libraries.js';
import { estimate } from '../builds/estimate.js';
import { stateTemplate, took } from '../builds/steps.js';
import * as api from '../live/api.js';
import * as addresses from '../page/addresses.js';
import * as time from '../page/time.js';

export const Restore = Backbone.Model.extend({
  url() { return api.path('restores', this.id); },
  isOver() { return !['queued', 'running'].includes(this.get('state')); }
}, {
  words(restore) {
    return {
      id: restore.id,
      base: restore.base,
      state: restore.state,
      href: addresses.restore(restore.id),
      status: stateTemplate(restore.state),
      by: restore.by,
      at: time.of(restore.endedAt || restore.at),
      took: took(restore),
      estimate: estimate(restore),
      message: time.said(restore.message),
      leftOut: (restore.leftOut || []).map(time.said)
    };
  }
});
