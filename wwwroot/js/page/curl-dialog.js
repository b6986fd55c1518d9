// What was done last on this page, as a line for curl.
import { me } from '../access/me.js';
import * as api from '../live/api.js';
import { deeds } from '../live/deeds.js';
import { copy } from './copy.js';
import { curlLine } from './curl.js';
import { Dialog } from './dialog.js';

export const CurlDialog = Dialog.extend({
  template: 'curl-dialog',
  word: 'Copy',
  leave: 'Close',
  curl: false,

  data() {
    const line = curlLine(deeds.last, api.at(''), me.get('name'));
    return { line, token: line.includes('$TOKEN') };
  },

  async submit(event) {
    event.preventDefault();
    this.$('.copied').text(await copy(this.field('line'), this.el.querySelector('[type=submit]')));
  }
});
