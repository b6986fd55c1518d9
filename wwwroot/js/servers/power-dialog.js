// Start a server; shut it down or reset it, once it was said what that means.
import { Dialog } from '../page/dialog.js';
import { later } from '../page/later.js';
import { noticeDone } from '../page/notice.js';
import * as templates from '../page/templates.js';

const dialogs = {
  shutdown: { word: 'Shut it down', verb: 'Shut down', asks: true },
  reset: { word: 'Reset it', verb: 'Reset', asks: false }
};

const PowerDialog = Dialog.extend({
  template: 'power-dialog',
  look: 'danger',

  initialize({ action }) {
    this.action = action;
    this.word = dialogs[action].word;
  },

  data() {
    const { model, action } = this;
    const { reservation, configuration } = model.attributes;
    const other = reservation && !model.isMine() ? reservation.holder : null;
    const { verb, asks } = dialogs[action];
    return { name: model.id, verb, asks, other, shared: reservation?.sharedWith.join(', '), app: configuration?.app };
  },

  async send(key) { noticeDone(await this.model.switchPower(this.action, key)); }
});

// On a page with `act`, which shows what went wrong.
export async function switchPower(page, action) {
  const { model } = page;
  if (action === 'start') {
    await page.act(async () => noticeDone(await model.switchPower(action)));
    return;
  }
  const has = await later(() => templates.load(['power']).then(() => true));
  if (has && page.el.isConnected) new PowerDialog({ model, action }).open();
}
