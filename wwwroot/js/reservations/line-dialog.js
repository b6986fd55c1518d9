// Wait in line for a server: what for, and for how long when it is one's turn.
import { me } from '../access/me.js';
import { named } from '../access/name-dialog.js';
import { Dialog } from '../page/dialog.js';
import { noticeDone } from '../page/notice.js';
import { holdWords } from './hold.js';
import { lineWords } from './line.js';

export const LineDialog = Dialog.extend({
  template: 'line-dialog',
  word: 'Wait for it',
  moreEvents: { 'input input': 'changed' },

  data() {
    const { defaultHours, maxHours } = me.get('reservations');
    const line = lineWords(this.model.get('line'), me.get('name'));
    return { server: this.model.id, now: holdWords(this.model), text: line?.text, hours: defaultHours, maxHours };
  },

  async send(key) {
    const hours = this.value('hours');
    const wish = { purpose: this.value('purpose'), ...(hours ? { hours: Number(hours) } : {}) };
    const place = await this.model.join(wish, key);
    const { id } = this.model;
    noticeDone(place.turn ? `It is your turn: ${id} is held for you.` : `You wait for ${id}, behind ${place.ahead}.`);
  }
}, {
  ask(model) { named(() => new LineDialog({ model }).open()); }
});
