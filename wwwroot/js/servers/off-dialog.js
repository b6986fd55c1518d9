// Asks once, with what goes and what stays, before an app is taken off a server.
import { Dialog } from '../page/dialog.js';
import { appTemplate } from './apps-here.js';

export const OffDialog = Dialog.extend({
  template: 'off-dialog',
  word: 'Take it off',
  look: 'danger',
  leave: 'Leave it',

  initialize({ one }) { this.one = one; },

  data() {
    const { server } = this.model;
    return { server: server.id, free: server.isFree(), ...appTemplate(this.one) };
  },

  async send() {
    const folders = Boolean(this.field('folders')?.checked);
    (await this.model.takeOff(this.one.app, folders)).visit();
  }
});
