// Asks once when builds run or wait under a reservation; otherwise a release needs no question.
import { _ } from '../page/libraries.js';
import { Dialog } from '../page/dialog.js';
import { heldBuilds } from './held-builds.js';
import { refusal } from './refusal.js';
import { noticeReleased } from './undo.js';

export const ReleaseDialog = Dialog.extend(_.extend({}, refusal, heldBuilds, {
  template: 'release-dialog',
  word: 'Release',
  leave: 'Keep it',
  fates: { cancel: 'free as soon as it has ended', finish: 'yours until it has ended, then free' },
  moreEvents: _.extend({ 'change [name=builds]': 'changed' }, refusal.refusalEvents),

  initialize() {
    this.see();
    this.listenTo(this.model, 'change:build', this.drawBuilds);
  },

  data() { return { server: this.model.id }; },
  ready() { this.drawBuilds(); },

  async send() {
    const builds = this.buildsWish();
    const build = builds ? this.model.get('build') : null;
    const held = await this.model.release(this.seen.number, builds);
    const free = `${this.model.id} is free ${held ? 'when its build has ended' : 'again'}.`;
    noticeReleased(this.model, this.seen.number, `${free}${await this.buildsOutcome(build, builds)}`);
  },

  seenAnew() { this.$('[type=submit]').prop('hidden', true); },
  ways() { return []; }
}), {
  ask(model, act) {
    const number = model.get('reservation')?.number;
    if (model.get('build')) new ReleaseDialog({ model }).open();
    else {
      act(async () => {
        await model.release(number);
        noticeReleased(model, number, `${model.id} is free again.`);
      });
    }
  }
});
