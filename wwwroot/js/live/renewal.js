// The console was renewed while this page was up: the page says so, and loads itself again at a moment that disturbs
// nobody, when it is hidden or when another page is asked for.
import { Backbone, _ } from '../page/libraries.js';
import { shown } from '../page/shown.js';
import { live } from './live.js';

export const renewal = _.extend({
  due: false,

  watch() {
    this.listenTo(live, 'resumed', this.look);
    this.listenTo(shown, 'change', this.renew);
    document.addEventListener('visibilitychange', () => { if (document.hidden) this.renew(); });
  },

  async look() {
    if (this.due || !await window.boot.isOld()) return;
    this.due = true;
    this.trigger('change');
    if (document.hidden) this.renew();
  },

  renew() {
    if (this.due && !document.querySelector('dialog[open]')) window.boot.renew();
  }
}, Backbone.Events);
