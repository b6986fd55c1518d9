// What a dialog does when the console refuses because the server is not any more as the dialog shows it: it says so in
// the console's own words, shows who has the server now, and offers what one can do. Nothing is sent again by itself.
import { _ } from '../page/libraries.js';
import { me } from '../access/me.js';
import { holdWords } from './hold.js';

export const refusal = {
  refusalEvents: { 'click [name=takeover]': 'takeOver', 'click [name=reserve]': 'reserveIt' },

  // The reservation that the person sees: a write names its number, and is refused when another one holds by then.
  see() {
    this.seen = this.model.get('reservation');
    return this.seen;
  },

  // The number of one's own reservation; nothing is named on a server that was seen free.
  ownNumber() { return this.seen?.holder === me.get('name') ? { number: this.seen.number } : {}; },

  async refuse(problem) {
    if (problem.status !== 409) { this.show('problem', problem); return; }
    const before = this.seen?.number;
    await this.model.renew();
    const now = this.model.get('reservation');
    if (now?.number === before && !problem.stale) { this.show('problem', problem); return; }
    const words = holdWords(this.model);
    if (words && problem.detail.includes(words.purpose)) words.purpose = '';   // the sentence has it already
    const told = _.pick(problem, 'title', 'detail');
    this.show('refusal', { ...told, server: this.model.id, now: words, ways: this.ways(now) });
    this.seenAnew?.();
  },

  ways(now) {
    if (this.model.whyNot()) return [];
    if (!now) return [{ name: 'reserve', word: 'Reserve it …' }];
    if (this.model.isMine()) return [{ name: 'reserve', word: 'Change that one …' }];
    return [{ name: 'takeover', word: 'Take it over …' }];
  },

  takeOver() {
    this.close();
    this.model.trigger('ask:takeover', this.model);
  },

  reserveIt() {
    const purpose = this.field('purpose')?.value;
    this.close();
    this.model.trigger('ask:reserve', this.model, purpose);
  }
};
