// Asks once before a savepoint is dropped.
import { Dialog } from '../page/dialog.js';
import { notice } from '../page/notice.js';
import { savepointTemplate } from './savepoints.js';

export const DropSavepointDialog = Dialog.extend({
  template: 'drop-savepoint-dialog',
  word: 'Drop it',
  look: 'danger',
  leave: 'Keep it',

  initialize({ one }) { this.one = one; },

  data() { return { server: this.one.server, ...savepointTemplate(this.one, this.model.server, true) }; },

  async send() {
    await this.model.drop(this.one);
    notice(`The savepoint “${this.one.name}” is dropped.`);
  }
});
