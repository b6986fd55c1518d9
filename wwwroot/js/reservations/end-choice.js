// What dialogs that ask for an end share. What is sent is an instant, or hours; nothing when the end stays as it is.
import { me } from '../access/me.js';
import { Problem } from '../live/problem.js';
import { render } from '../page/templates.js';
import * as time from '../page/time.js';
import * as zone from '../page/zone.js';
import { endsOf, hoursFrom, usualEnd } from './ends.js';

export const endChoice = {
  endEvents: { 'change [name=end]': 'chooseEnd', 'input [name=own]': 'drawOwn', 'change [name=which]': 'changed' },

  endTemplate(reservation, limits = me.get('reservations')) {
    this.ends = endsOf(limits, reservation);
    this.ownEnd = reservation ? new Date(reservation.until) : usualEnd(limits);
    const now = new Date(time.now());
    return {
      ends: this.ends, own: zone.field(this.ownEnd), min: zone.field(now),
      max: zone.field(hoursFrom(now, limits.maxHours)), zone: zone.name(this.ownEnd)
    };
  },

  chosenEnd() { return this.el.querySelector('[name=end]:checked').value; },

  chooseEnd() {
    const own = this.chosenEnd() === 'own';
    this.$('.own').prop('hidden', !own);
    if (own) this.field('own').focus();
    this.drawOwn();
  },

  // When clocks go back an hour comes twice, and when they go forward one is left out: then the choice is shown, or
  // that there is none.
  drawOwn() {
    const instants = this.ownInstants();
    const words = (date, index) => ({
      value: index, name: zone.name(date),
      text: index ? 'after the clocks went back' : 'before the clocks go back',
      chosen: +date === +this.ownEnd || (index === 0 && !instants.some((one) => +one === +this.ownEnd))
    });
    const twice = instants.length > 1 && { instants: instants.map(words) };
    this.$('.own-which').html(render('end-which', { twice }));
    this.changed();
  },

  // What was not touched is meant to the second.
  ownInstants() {
    const text = this.field('own').value;
    const same = (date) => text === zone.field(this.ownEnd) && zone.name(date) === zone.name(this.ownEnd);
    return zone.instants(text).map((date) => (same(date) ? this.ownEnd : date));
  },

  ownDate() {
    const instants = this.ownInstants();
    if (instants.length) return instants[this.el.querySelector('[name=which]:checked')?.value || 0];
    const text = this.field('own').value;
    if (!text) throw new Problem(0, { title: 'No end is given.', detail: 'Choose a day and a time.' });
    const isYear = /^[1-9]\d{3}-/.test(text);
    const detail = isYear ? `Clocks are put forward over ${text.replace('T', ' ')}. Choose another one.`
      : 'A year has four digits.';
    throw new Problem(0, { title: 'There is no such time.', detail });
  },

  endWish() {
    const end = this.ends.find((one) => one.key === this.chosenEnd());
    if (end.key === 'same') return {};
    if (end.hours) return { hours: end.hours };
    const date = end.date || this.ownDate();
    return this.mine && date === this.ownEnd ? {} : { until: date.toISOString() };
  }
};
