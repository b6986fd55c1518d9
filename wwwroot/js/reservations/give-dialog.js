// Give a server to a colleague, who has it until its end.
import { _ } from '../page/libraries.js';
import { Dialog } from '../page/dialog.js';
import { noticeDone } from '../page/notice.js';
import { refusal } from './refusal.js';

export const GiveDialog = Dialog.extend(_.extend({}, refusal, {
  template: 'give-dialog',
  word: 'Give',
  moreEvents: _.extend({ 'input input': 'changed' }, refusal.refusalEvents),

  initialize() { this.see(); },
  data() { return { server: this.model.id, purpose: this.seen.purpose }; },

  async send(key) {
    const wish = { to: this.value('to'), purpose: this.value('purpose'), ...this.ownNumber() };
    const held = await this.model.tell('give', wish, key);
    noticeDone(`${this.model.id} is ${held.holder}’s now.`);
  }
}), {
  ask(model) { new GiveDialog({ model }).open(); }
});
