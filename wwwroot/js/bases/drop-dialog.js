// Asks once, with what goes, before a copy is dropped.
import { Dialog } from '../page/dialog.js';

export const DropDialog = Dialog.extend({
  template: 'drop-dialog',
  word: 'Drop it',
  look: 'danger',
  leave: 'Keep it',

  data() { return this.model.toTemplate(); },
  send() { return this.model.drop(); }
});
