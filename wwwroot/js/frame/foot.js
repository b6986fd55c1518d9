// What holds for every time on the page: its zone, and by which clock it is reckoned.
import { clock } from '../page/clock.js';
import * as time from '../page/time.js';
import { View } from '../page/view.js';
import * as zone from '../page/zone.js';

export const FootView = View.extend({
  initialize() { this.listenTo(clock, 'tick', this.paint); },

  render() {
    const now = new Date(time.now());
    const place = zone.place(), name = zone.name(now);
    return this.draw('foot-line', {
      zone: place === name ? name : `${place} (${name})`, now: time.clock(now), differs: time.clockDiffers()
    });
  }
});
