// Shows a new token, this once, with a line that tries it. Escape closes it only when it was copied, Done in any case.
import * as api from '../live/api.js';
import { copy } from '../page/copy.js';
import { Dialog } from '../page/dialog.js';

export const MadeTokenDialog = Dialog.extend({
  template: 'made-token-dialog',
  word: 'Done',
  moreEvents: { 'click [name=copy]': 'copy' },

  initialize({ made }) { this.made = made; },

  // Another dialog may be open when a slow answer comes: it is shown behind that one.
  open() {
    const other = document.querySelector('dialog[open]');
    if (other) {
      other.addEventListener('close', () => setTimeout(() => this.open()), { once: true });
      return this;
    }
    Dialog.prototype.open.call(this);
    this.el.querySelector('[name=copy]')?.focus();
    return this;
  },

  data() {
    const { token, secret } = this.made;
    const line = `curl -H 'Authorization: Bearer ${secret}' ${api.at('api/me')}`;
    return { name: token.name, shown: secret && { secret, line } };
  },

  // A browser lets Escape be prevented once, or not at all: closed so, it is there again.
  backToPage() {
    if (!this.made.secret || this.copied) { Dialog.prototype.backToPage.call(this); return; }
    this.el.showModal();
    this.el.querySelector('[name=copy]').focus();
  },

  async copy({ currentTarget: button }) {
    this.$('.copied').text(await copy(this.field(button.dataset.field), button));
    this.copied = true;
  },

  send() { return this.copied = true; }
});
