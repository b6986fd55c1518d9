// Reserve a server, or change and extend what one has. A change sends what was changed, and nothing else.
import { _ } from '../page/libraries.js';
import { named } from '../access/name-dialog.js';
import { Problem } from '../live/problem.js';
import { Dialog } from '../page/dialog.js';
import { noticeDone } from '../page/notice.js';
import * as time from '../page/time.js';
import { endChoice } from './end-choice.js';
import { refusal } from './refusal.js';

export const ReserveDialog = Dialog.extend(_.extend({}, endChoice, refusal, {
  template: 'reserve-dialog',
  moreEvents: _.extend({ 'input input': 'changed' }, endChoice.endEvents, refusal.refusalEvents),

  initialize({ purpose }) {
    this.mine = this.model.isMine() ? this.see() : (this.see(), null);
    this.typed = purpose;
    this.word = this.mine ? 'Save' : 'Reserve';
  },

  data() {
    return _.extend(this.endTemplate(this.mine), {
      title: this.mine ? `Extend or change ${this.model.id}` : `Reserve ${this.model.id}`,
      purpose: this.typed || this.mine?.purpose || ''
    });
  },

  wish() {
    const purpose = this.value('purpose');
    if (!this.mine) return { purpose, ...this.endWish() };
    return { ...(purpose === this.mine.purpose ? {} : { purpose }), ...this.endWish() };
  },

  async send() {
    const wish = this.wish();
    if (_.isEmpty(wish)) return;
    this.mustBeAsSeen();
    const held = await this.model.reserve({ ...wish, ...this.ownNumber() });
    noticeDone(`${this.model.id} is yours until ${time.when(new Date(held.until))}.`);
  },

  // One's own reservation keeps its number when it is changed: a change made elsewhere, in another tab, is told here.
  mustBeAsSeen() {
    const now = this.model.get('reservation');
    const { mine } = this;
    if (!mine && !this.model.isMine()) return;
    if (mine && now?.number !== mine.number) return;   // the console refuses that itself
    if (mine && now.purpose === mine.purpose && now.until === mine.until) return;
    throw Object.assign(new Problem(409, {
      title: mine ? `Your reservation of ${this.model.id} was changed meanwhile.` : `${this.model.id} is yours by now.`,
      detail: 'Nothing was done.'
    }), { stale: true });
  }
}), {
  ask(model) { named(() => new ReserveDialog({ model }).open()); }
});
