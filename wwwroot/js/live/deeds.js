// What this page has done last, as it was sent: people may have it as a line for curl.
import { Backbone, _ } from '../page/libraries.js';

export const deeds = _.extend({
  last: null,

  add(request) {
    if (request.path === 'api/me') return;   // a program says otherwise who it is
    this.last = request;
    this.trigger('add');
  },

  // The line is wanted (foot.js).
  ask() { this.trigger('ask'); }
}, Backbone.Events);
