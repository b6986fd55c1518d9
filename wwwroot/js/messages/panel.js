// Whether the list of messages is open; `change` when it opens or closes.
import { Backbone, _ } from '../page/libraries.js';

export const panel = _.extend({
  open: false,

  toggle(open = !this.open) {
    if (open === this.open) return;
    this.open = open;
    this.trigger('change');
  }
}, Backbone.Events);
