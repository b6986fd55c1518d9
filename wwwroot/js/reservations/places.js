// One's own places in the line for any server, and the wishes to be told when one is free.
import { Backbone, _ } from '../page/libraries.js';
import * as api from '../live/api.js';

export const Places = Backbone.Collection.extend({
  url: 'api/line',
  modelId: (one) => one.place,
  parse: (answer) => answer.own.filter(({ server }) => !server),

  // Something in the lines is another thing.
  loadSoon: _.debounce(function () { this.load().catch(() => null); }, 300),

  async join(wish, key) {
    const place = await api.write('POST', 'api/line', wish, key);
    await this.load().catch(() => null);
    this.trigger('join');
    return place;
  },

  async leave(place) {
    await api.write('DELETE', api.path('line', place));
    await this.load().catch(() => null);
  }
});

export const places = new Places();
