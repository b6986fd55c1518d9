// Ask the holder of a server to release it.
import { named } from '../access/name-dialog.js';
import { Dialog } from '../page/dialog.js';
import { noticeDone } from '../page/notice.js';
import { holdWords } from './hold.js';

export const AskDialog = Dialog.extend({
  template: 'ask-dialog',
  word: 'Ask',
  moreEvents: { 'input input': 'changed' },

  initialize() { this.seen = this.model.get('reservation'); },
  data() { return { server: this.model.id, now: holdWords(this.model), holder: this.seen.holder }; },

  async send(key) {
    const text = this.value('text');
    await this.model.tell('ask', { ...(text ? { text } : {}), number: this.seen.number }, key);
    noticeDone(`${this.seen.holder} sees at ${this.model.id} that you ask for it. The answer stands there.`);
  }
}, {
  ask(model) { named(() => new AskDialog({ model }).open()); }
});
