// Asks for the name of whoever uses an open console.
import { Dialog } from '../page/dialog.js';
import { me } from './me.js';

export const NameDialog = Dialog.extend({
  template: 'name-dialog',
  word: 'That is me',
  curl: false,   // a program says who it is otherwise

  initialize(options) { this.then = options?.then; },
  data() { return { name: me.get('name') }; },

  async send() {
    await me.rename(this.value('name'));
    if (this.then) setTimeout(this.then);   // when this dialog has closed
  }
});

// Runs the verb at once for somebody, or after the name was given.
export function named(verb) {
  if (!me.get('open') || me.get('name')) verb();
  else new NameDialog({ then: verb }).open();
}
