// Give a server to a colleague, who has it until its end.
import { _ } from '../page/libraries.js';
import { me } from '../access/me.js';
import { Dialog } from '../page/dialog.js';
import { noticeDone } from '../page/notice.js';
import { servers } from '../servers/server.js';
import { refusal } from './refusal.js';

export const GiveDialog = Dialog.extend(_.extend({}, refusal, {
  template: 'give-dialog',
  word: 'Give',
  moreEvents: _.extend({ 'input input': 'changed' }, refusal.refusalEvents),

  initialize() { this.see(); },
  data() { return { server: this.model.id, purpose: this.seen.purpose, people: this.people() }; },

  // Whom the board knows: a name that is written otherwise is nobody's.
  people() {
    const all = servers.map(({ attributes: { reservation, line } }) => [
      reservation?.holder, ...reservation?.sharedWith || [], ...(line?.waiting || []).map(({ person }) => person)
    ]);
    return _.without(_.uniq(_.compact(all.flat())).sort(), me.get('name'));
  },

  async send(key) {
    const wish = { to: this.value('to'), purpose: this.value('purpose'), ...this.ownNumber() };
    const held = await this.model.tell('give', wish, key);
    noticeDone(`${this.model.id} is ${held.holder}’s now.`);
  }
}), {
  ask(model) { new GiveDialog({ model }).open(); }
});
