// Any free server: one that has an app, of a host, with tags. When none is free, one can wait for the next.
import { _ } from '../page/libraries.js';
import { me } from '../access/me.js';
import { named } from '../access/name-dialog.js';
import { apps } from '../apps/apps.js';
import * as addresses from '../page/addresses.js';
import { Dialog } from '../page/dialog.js';
import { noticeDone } from '../page/notice.js';
import * as time from '../page/time.js';
import { hosts } from '../servers/host.js';
import { servers } from '../servers/server.js';
import { endChoice } from './end-choice.js';
import { hoursOf } from './ends.js';
import { places } from './places.js';

export const AnyDialog = Dialog.extend(_.extend({}, endChoice, {
  template: 'any-dialog',
  word: 'Reserve one',
  moreEvents: _.extend({
    'input input': 'changed', 'change select, [name=tag]': 'changed', 'click [name=wait-any]': 'wait'
  }, endChoice.endEvents),

  data() {
    const several = hosts.length > 1 && { hosts: hosts.pluck('name') };
    const tags = [...new Set(servers.pluck('tags').flat().filter(Boolean))].sort();
    return _.extend(this.endTemplate(null), {
      apps: apps.length ? { apps: apps.pluck('name') } : null, several, tags: tags.length ? { tags } : null
    });
  },

  // Which it may be, and what for.
  wish() {
    const chosen = (name) => this.field(name)?.value || undefined;
    const tags = [...this.el.querySelectorAll('[name=tag]:checked')].map(({ value }) => value);
    const wish = { purpose: this.value('purpose'), app: chosen('app'), host: chosen('host') };
    return _.pick({ ...wish, tags: tags.length ? tags : undefined }, Boolean);
  },

  async send(key) {
    const { server, reservation } = await servers.reserveAny({ ...this.wish(), ...this.endWish() }, key);
    noticeDone(`${server} is yours until ${time.when(new Date(reservation.until))}.`);
    location.hash = addresses.server(server);
  },

  refuse(problem) { this.show(problem.status === 409 ? 'none-free' : 'problem', problem); },

  // Another call than before: no answer to the one belongs to the other.
  wait() {
    if (this.busy || !this.isComplete()) return;
    this.key = null;
    this.run((key) => this.join(key)).then(() => { this.key = null; });
  },

  async join(key) {
    const hours = hoursOf(this.endWish(), me.get('reservations'));
    const { ahead, turn } = await places.join({ ...this.wish(), hours }, key);
    const waits = `You wait for any server, as no. ${ahead + 1}.`;
    noticeDone(turn ? `It is your turn: ${turn.server} is held for you.` : waits);
  }
}), {
  ask() {
    named(async () => {
      if (!apps.length) await apps.load().catch(() => null);   // then one cannot choose among them
      new AnyDialog().open();
    });
  }
});
