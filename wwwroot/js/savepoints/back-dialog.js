// Asks once, with what is lost, before a server goes back to a savepoint.
import { Dialog } from '../page/dialog.js';
import { notice } from '../page/notice.js';
import { answerWords, savepointTemplate } from './savepoints.js';

export const BackDialog = Dialog.extend({
  template: 'back-dialog',
  word: 'Go back',
  look: 'danger',

  initialize({ one }) { this.one = one; },

  data() { return { server: this.model.server.id, ...savepointTemplate(this.one, this.model.server, true) }; },

  async send(key) {
    const answer = await this.model.goBack(this.one.id, key);
    await this.model.server.renew();
    notice(answerWords(answer));
  }
});
