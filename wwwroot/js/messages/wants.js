// Of what one wants to be told: chosen in the list of messages.
import { Backbone } from '../page/libraries.js';
import * as api from '../live/api.js';
import { wishes } from './words.js';

export const Wants = Backbone.Model.extend({
  url: 'api/me/wants',

  async choose(kind, isWanted) {
    const others = this.get('unwanted').filter((one) => one !== kind);
    this.set(await api.write('PUT', 'api/me/wants', { unwanted: isWanted ? others : [...others, kind] }));
    this.etag = null;
  },

  toTemplate() {
    const unwanted = this.get('unwanted');
    return unwanted && {
      list: Object.entries(wishes).map(([kind, text]) => ({ kind, text, wanted: !unwanted.includes(kind) }))
    };
  }
});

export const wants = new Wants();
