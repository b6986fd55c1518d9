// Every base: how old its data is, its spares, its last restore, and a restore while it runs.
import { _ } from '../page/libraries.js';
import { me } from '../access/me.js';
import { named } from '../access/name-dialog.js';
import { clock } from '../page/clock.js';
import { noticeDone } from '../page/notice.js';
import { View } from '../page/view.js';
import { bases } from './base.js';
import { copies } from './copy.js';
import { DropDialog } from './drop-dialog.js';
import { placesTemplate } from './places.js';
import { RoomView } from './room-view.js';
import { Room } from './room.js';

export const Page = View.extend({
  title: 'Bases',
  events: { 'click .restore': 'restore', 'click .drop': 'drop' },

  initialize() {
    this.refusals = {};
    this.room = new Room();
    this.roomView = this.own(new RoomView({ model: this.room }));
    this.room.load().catch(() => null);   // the lost connection has its own banner
    this.listenTo(bases, 'update change sync', this.paint);
    this.listenTo(copies, 'update change sync', this.paint);
    this.listenTo(me, 'change:role', this.paint);
    this.listenTo(clock, 'second', this.paint);
  },

  refresh() { return this.room.load(); },

  render() {
    this.draw('bases-page', {
      busy: this.busy,
      problem: null,
      restores: !me.onlyReads(),
      none: bases.loaded ? 'The console’s settings name no base.' : 'Loading …',
      bases: bases.map((base) => _.extend(base.toTemplate(), {
        refusal: this.refusals[base.id] || null,
        places: placesTemplate(base.get('places'))
      })),
      unused: copies.toTemplate()
    });
    const place = this.$('.room')[0];
    if (place !== this.roomView.el.parentElement) place.append(this.roomView.render().el);
    return this;
  },

  drop(event) {
    const model = copies.get(event.currentTarget.dataset.copy);
    named(() => new DropDialog({ model }).open());
  },

  restore(event) {
    const { base } = event.currentTarget.dataset;
    delete this.refusals[base];
    named(async () => {
      await this.act(() => bases.get(base).restore());
      if (this.problem) this.refusals[base] = this.problem;
      else noticeDone(`The restore of ${base} has been asked for.`);
      this.paint();
    });
  }
});
