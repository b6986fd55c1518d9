// What a reader may do about the reservation of a server and its line, for its row and its page.
import { me } from '../access/me.js';
import { named } from '../access/name-dialog.js';
import { noticeDone } from '../page/notice.js';
import * as time from '../page/time.js';
import { moreOf } from '../reservations/ends.js';
import { LineDialog } from '../reservations/line-dialog.js';
import { ReleaseDialog } from '../reservations/release-dialog.js';
import { ReserveDialog } from '../reservations/reserve-dialog.js';
import { TakeoverDialog } from '../reservations/takeover-dialog.js';

export const holdVerbs = {
  holdEvents: {
    'click [name=reserve]': 'reserve',
    'click [name=change]': 'reserve',
    'click [name=release]': 'release',
    'click [name=takeover]': 'takeOver',
    'click [name=hour]': 'more',
    'click [name=day]': 'more',
    'click [name=take]': 'take',
    'click [name=wait]': 'wait',
    'click [name=leave]': 'leaveLine'
  },

  // What one click makes longer; nothing of another's.
  mores() {
    const { model } = this;
    return model.isMine() ? moreOf(me.get('reservations'), model.get('reservation'), model.isWaitedFor()) : [];
  },

  reserve() { ReserveDialog.ask(this.model); },
  takeOver() { TakeoverDialog.ask(this.model); },
  release() { ReleaseDialog.ask(this.model, (verb) => this.act(verb)); },
  wait() { LineDialog.ask(this.model); },

  more(event) {
    const end = this.mores().find(({ name }) => name === event.currentTarget.name);
    if (end) this.act(() => this.hold({ until: end.date.toISOString(), ...this.model.ownNumber() }));
  },

  // Hours are those of the place in the line, and its purpose holds also when the turn has just passed.
  take() {
    const { purpose } = this.model.ownPlace() || {};
    named(() => this.act(() => this.hold(purpose ? { purpose } : {})));
  },

  async hold(wish) {
    const held = await this.model.reserve(wish);
    noticeDone(`${this.model.id} is yours until ${time.when(new Date(held.until))}.`);
  },

  leaveLine() {
    this.act(async () => {
      await this.model.leave();
      noticeDone(`You wait for ${this.model.id} no more.`);
    });
  }
};
