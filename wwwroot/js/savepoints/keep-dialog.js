// Keep what a server's databases have now, under a name.
import { Dialog } from '../page/dialog.js';
import { notice } from '../page/notice.js';
import { keepWords } from './savepoints.js';

export const KeepDialog = Dialog.extend({
  template: 'keep-dialog',
  word: 'Keep it',
  moreEvents: { 'input input': 'changed' },

  data() {
    const { keepSeconds, keptDays } = this.model.attributes;
    return { server: this.model.server.id, takes: keepWords(keepSeconds), keptDays };
  },

  async send(key) {
    const note = this.value('note');
    const answer = await this.model.keep({ name: this.value('name'), ...(note ? { note } : {}) }, key);
    notice(answer.message);
  }
});
