// Time passes: `second` for pages that count, `tick` every ten seconds for words like "2 h left",
// `woke` when the machine slept in between and what is on the page may be long past.
import { Backbone, _ } from './libraries.js';

export const clock = _.extend({
  start() {
    let last = Date.now(), seconds = 0;
    setInterval(() => {
      const now = Date.now();
      if (now - last > 60000) this.trigger('woke');
      last = now;
      seconds += 1;
      this.trigger('second');
      if (seconds % 10 === 0) this.trigger('tick');
    }, 1000);
  }
}, Backbone.Events);
