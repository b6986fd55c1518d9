// Shows what goes before it is dropped; what is sent is what was shown.
import { Dialog } from '../page/dialog.js';
import * as format from '../page/format.js';
import { notice } from '../page/notice.js';

export const RoomDialog = Dialog.extend({
  template: 'room-dialog',
  word: 'Drop it',
  look: 'danger',
  leave: 'Keep it',

  initialize() { this.list = this.model.unneeded(); },

  data() { return { list: this.list, count: format.count(this.list.length, 'database', 'databases') }; },

  async send(key) {
    const dropped = await this.model.drop(this.list, key);
    notice([dropped.message, ...dropped.failed.map((one) => `${one.name}: ${one.message}`)].join(' '));
  }
});
