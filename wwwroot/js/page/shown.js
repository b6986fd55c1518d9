// The page that is up, for what stands around it; `change` when it is another one, or shows something else.
import { Backbone, _ } from './libraries.js';

export const shown = _.extend({
  page: null,

  show(page) {
    this.page = page;
    this.trigger('change');
  },

  refresh() { return this.page?.refresh?.(); },

  // The address of what the page has come to show by itself.
  at(href, { replace }) {
    history[replace ? 'replaceState' : 'pushState'](null, '', href);
    Backbone.history.fragment = Backbone.history.getFragment();   // else the way back here would be no change
  }
}, Backbone.Events);
