// The room on the database hosts, and dropping what nobody needs.
import { _ } from '../page/libraries.js';
import { me } from '../access/me.js';
import { named } from '../access/name-dialog.js';
import { View } from '../page/view.js';
import { RoomDialog } from './room-dialog.js';

export const RoomView = View.extend({
  events: { 'click [name=drop-unneeded]': 'drop' },

  initialize() {
    this.listenTo(this.model, 'change sync', this.paint);
    this.listenTo(me, 'change', this.paint);
  },

  render() {
    const room = this.model.toTemplate();
    const unneeded = room.unneeded && _.extend(room.unneeded, { drops: me.isAdministrator() });
    return this.draw('room', { ...room, unneeded });
  },

  drop() { named(() => new RoomDialog({ model: this.model }).open()); }
});
