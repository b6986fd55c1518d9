// One's places in the line for any server, on the board: the place, when it is probably one's turn, and what is held.
import { named } from '../access/name-dialog.js';
import { clock } from '../page/clock.js';
import { noticeDone } from '../page/notice.js';
import { pointer } from '../page/pointer.js';
import * as time from '../page/time.js';
import { View } from '../page/view.js';
import { servers } from '../servers/server.js';
import { placeWords } from './line.js';
import { places } from './places.js';

export const PlacesView = View.extend({
  events: { 'click [name=take-place]': 'take', 'click [name=leave-place]': 'leave' },

  initialize() {
    this.lines = [];
    this.listenTo(places, 'update reset change', this.paint);
    this.listenTo(places, 'join', () => { this.asked = true; this.paintSoon(); });
    this.listenTo(clock, 'tick', this.paint);
    this.listenTo(clock, 'second', () => { if (this.held) this.paint(); });
  },

  // While somebody points at the page nothing comes or goes here, as all below would move: what is over says so.
  render() {
    const now = places.map((one) => placeWords(one.attributes));
    const moves = now.length !== this.lines.length;
    this.held = moves && !this.asked && pointer.isOver(document.getElementById('page'));
    this.asked = false;
    this.lines = this.held
      ? this.lines.map((line) => now.find(({ place }) => place === line.place) || { ...line, turn: null, over: true })
      : now;
    return this.draw('places', { lines: this.lines, busy: this.busy, problem: this.problem });
  },

  placeOf({ currentTarget }) { return places.get(currentTarget.value); },

  // Hours are those of the place, and its purpose holds also when the turn has just passed.
  take(event) {
    const { turn: { server }, purpose } = this.placeOf(event).attributes;
    named(() => this.act(async () => {
      const held = await servers.get(server).reserve({ purpose });
      await places.load().catch(() => null);
      noticeDone(`${server} is yours until ${time.when(new Date(held.until))}.`);
    }));
  },

  leave(event) {
    const place = this.placeOf(event);
    this.act(async () => {
      await places.leave(place.get('place'));
      noticeDone(place.get('watch') ? 'You are told no more when one is free.' : 'You wait for any server no more.');
    });
  }
});
