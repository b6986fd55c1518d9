// The console was renewed while this page was up: the page says so, and loads itself again at a moment that disturbs
// nobody: when it is hidden, when another page is asked for, or when nobody has touched it for `rest` ms, as the board
// on a wall.
import { Backbone, _ } from '../page/libraries.js';
import { clock } from '../page/clock.js';
import { shown } from '../page/shown.js';
import { live } from './live.js';

export const renewal = _.extend({
  due: false,
  rest: 120000,
  touched: 0,

  watch() {
    this.listenTo(live, 'resumed', this.look);
    this.listenTo(shown, 'change', this.renew);
    this.listenTo(clock, 'tick', () => { if (performance.now() - this.touched > this.rest) this.renew(); });
    document.addEventListener('visibilitychange', () => { if (document.hidden) this.renew(); });
    for (const event of ['keydown', 'pointerdown', 'pointermove', 'wheel']) {
      document.addEventListener(event, () => { this.touched = performance.now(); }, { capture: true, passive: true });
    }
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
