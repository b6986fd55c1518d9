// Of what one wants to be told, on the page and by e-mail: chosen in the list of messages.
import { Backbone } from '../page/libraries.js';
import * as api from '../live/api.js';
import { wishes } from './words.js';

export const Wants = Backbone.Model.extend({
  url: 'api/me/wants',

  // list: `unwanted` for all ways, `unmailed` for e-mail. It holds at once here, and is sent behind what was chosen
  // before; what did not arrive is as it was.
  choose(list, kind, isWanted) {
    const { unwanted, unmailed } = this.attributes;
    const others = this.get(list).filter((one) => one !== kind);
    const chosen = { unwanted, unmailed, [list]: isWanted ? others : [...others, kind] };
    this.set(chosen);
    this.sent = Promise.resolve(this.sent).catch(() => null).then(() => this.send(chosen, { unwanted, unmailed }));
    return this.sent;
  },

  async send(chosen, before) {
    this.etag = null;
    try {
      await api.write('PUT', 'api/me/wants', chosen);
    } catch (error) {
      await this.load().catch(() => this.set(before));
      throw error;
    }
  },

  toTemplate() {
    const { unwanted, unmailed, mail, address } = this.attributes;
    return unwanted && {
      address: mail && address,
      unknown: mail && !address,
      list: Object.entries(wishes).map(([kind, text]) => {
        const wanted = !unwanted.includes(kind);
        return { kind, text, wanted, mailed: wanted && !unmailed.includes(kind), byMail: Boolean(mail && address) };
      })
    };
  }
});

export const wants = new Wants();
