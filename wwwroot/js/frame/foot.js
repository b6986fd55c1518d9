// What holds for every time on the page: its zone, and by which clock it is reckoned. And what was done last, as a line
// for curl.
import { deeds } from '../live/deeds.js';
import { clock } from '../page/clock.js';
import { later } from '../page/later.js';
import * as time from '../page/time.js';
import { View } from '../page/view.js';
import * as zone from '../page/zone.js';

export const FootView = View.extend({
  events: { 'click [name=last]': 'showLast' },

  initialize() {
    this.listenTo(clock, 'tick', this.paint);
    this.listenTo(deeds, 'add', this.paint);
    this.listenTo(deeds, 'ask', this.showLast);
  },

  render() {
    const now = new Date(time.now());
    const place = zone.place(), name = zone.name(now);
    return this.draw('foot-line', {
      zone: place === name ? name : `${place} (${name})`,
      now: time.clock(now),
      differs: time.clockDiffers(),
      last: Boolean(deeds.last)
    });
  },

  async showLast() {
    const { CurlDialog } = await later(() => import('../page/curl-dialog.js')) || {};
    if (CurlDialog) new CurlDialog().open();
  }
});
