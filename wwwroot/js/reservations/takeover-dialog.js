// Take a server over from its holder: with a reason, a purpose and an end of one's own, and a word on what runs.
import { _ } from '../page/libraries.js';
import { named } from '../access/name-dialog.js';
import { Dialog } from '../page/dialog.js';
import { noticeDone } from '../page/notice.js';
import { render } from '../page/templates.js';
import * as time from '../page/time.js';
import { endChoice } from './end-choice.js';
import { heldBuilds } from './held-builds.js';
import { holdWords } from './hold.js';
import { refusal } from './refusal.js';

export const TakeoverDialog = Dialog.extend(_.extend({}, endChoice, refusal, heldBuilds, {
  template: 'takeover-dialog',
  word: 'Take over',
  fates: { cancel: 'it ends first, and is cleaned up', finish: 'it goes on changing the server until then' },
  moreEvents: _.extend({ 'input input': 'changed', 'change [name=builds]': 'changed' },
    endChoice.endEvents, refusal.refusalEvents),

  initialize() {
    this.see();
    this.listenTo(this.model, 'change:build', this.drawBuilds);
  },

  data() { return _.extend(this.endTemplate(null), { server: this.model.id, now: holdWords(this.model) }); },
  ready() { this.drawBuilds(); },

  async send(key) {
    const builds = this.buildsWish();
    const build = builds ? this.model.get('build') : null;
    const purpose = this.value('purpose');
    const wish = {
      reason: this.value('reason'), ...(purpose ? { purpose } : {}), ...this.endWish(),
      number: this.seen?.number, ...(builds ? { builds } : {})
    };
    const held = await this.model.takeOver(wish, key);
    const outcome = await this.buildsOutcome(build, builds);
    noticeDone(`${this.model.id} is yours until ${time.when(new Date(held.until))}.${outcome}`);
  },

  // After a refusal the dialog is about the one who has the server now; it is sent again only by another click.
  seenAnew() {
    if (!this.see() || this.model.isMine()) { this.$('[type=submit]').prop('hidden', true); return; }
    this.$('.now').html(render('held-now', { server: this.model.id, now: holdWords(this.model) }));
    this.drawBuilds();
  },

  ways(now) { return now && !this.model.isMine() ? [] : refusal.ways.call(this, now); }
}), {
  ask(model) { named(() => new TakeoverDialog({ model }).open()); }
});
