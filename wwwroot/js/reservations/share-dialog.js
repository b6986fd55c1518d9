// Say who may build on one's server, too.
import { _ } from '../page/libraries.js';
import { Dialog } from '../page/dialog.js';
import { noticeDone } from '../page/notice.js';
import { refusal } from './refusal.js';

export const ShareDialog = Dialog.extend(_.extend({}, refusal, {
  template: 'share-dialog',
  word: 'Save',
  moreEvents: _.extend({ 'input input': 'changed' }, refusal.refusalEvents),

  initialize() { this.see(); },
  data() { return { server: this.model.id, names: this.seen.sharedWith.join(', ') }; },

  async send(key) {
    const names = this.value('with').split(',').map((name) => name.trim()).filter(Boolean);
    const held = await this.model.tell('share', { with: names, ...this.ownNumber() }, key);
    const who = held.sharedWith.join(', ') || 'nobody but you';
    noticeDone(`On ${this.model.id} ${who} may build${held.sharedWith.length ? ', and you' : ''}.`);
  }
}), {
  ask(model) { new ShareDialog({ model }).open(); }
});
