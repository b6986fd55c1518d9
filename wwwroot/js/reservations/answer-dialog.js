// Answer who has asked for one's server: with another end. Release and "I still need it" need no question.
import { _ } from '../page/libraries.js';
import { Dialog } from '../page/dialog.js';
import { noticeDone } from '../page/notice.js';
import * as time from '../page/time.js';
import { endChoice } from './end-choice.js';
import { refusal } from './refusal.js';

export const AnswerDialog = Dialog.extend(_.extend({}, endChoice, refusal, {
  template: 'answer-dialog',
  word: 'Answer',
  moreEvents: _.extend({}, endChoice.endEvents, refusal.refusalEvents),

  initialize() { this.mine = this.see(); },
  data() { return _.extend(this.endTemplate(this.mine), { server: this.model.id }); },

  async send(key) {
    const { hours, until = hours ? time.inHours(hours).toISOString() : this.mine.until } = this.endWish();
    const { reservation } = await this.model.tell('answer', { answer: 'until', until, ...this.ownNumber() }, key);
    noticeDone(`${this.model.id} is yours until ${time.when(new Date(reservation.until))}; who has asked is told so.`);
  }
}), {
  ask(model) { new AnswerDialog({ model }).open(); }
});
