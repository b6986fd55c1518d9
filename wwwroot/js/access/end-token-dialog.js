// Asks once, with what goes, before a token is ended.
import { Dialog } from '../page/dialog.js';
import { noticeDone } from '../page/notice.js';
import { me } from './me.js';

export const EndTokenDialog = Dialog.extend({
  template: 'end-token-dialog',
  word: 'End it',
  look: 'danger',
  leave: 'Keep it',

  initialize({ then }) { this.then = then; },

  data() {
    const token = this.model.toTemplate();
    return { ...token, anothers: token.owner === me.get('name') ? null : token.owner };
  },

  async send() {
    const { name } = this.model.attributes;
    await this.model.end();
    noticeDone(`The token ${name} has ended.`);
    this.then();
  }
});
