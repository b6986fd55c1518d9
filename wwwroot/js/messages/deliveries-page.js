// What webhooks were told, and people by e-mail, with the answers; for administrators.
import { Backbone, _ } from '../page/libraries.js';
import { Problem } from '../live/problem.js';
import { me } from '../access/me.js';
import { clock } from '../page/clock.js';
import { View } from '../page/view.js';
import { deliveryWords, receiverOf, receiversOf } from './delivery-words.js';

const part = 50;

const Deliveries = Backbone.Collection.extend({
  url: 'api/deliveries',
  parse: (answer) => answer.deliveries
});

export const Page = View.extend({
  title: 'Deliveries',
  most: part,
  events: { 'change [name=open]': 'narrow', 'change [name=receiver]': 'narrow', 'click [name=more]': 'more' },

  initialize() {
    this.deliveries = new Deliveries();
    this.wish = { open: false, receiver: '' };
    this.listenTo(this.deliveries, 'update change sync', this.paint);
    this.listenTo(me, 'change:name change:may', () => this.refresh());
    this.listenTo(clock, 'tick', () => this.refresh());
    this.refresh();
  },

  // Why they cannot be shown is told here; a lost connection has its own banner.
  async refresh() {
    try {
      await this.deliveries.load();
      this.fault = null;
    } catch (error) {
      const problem = Problem.of(error);
      if (problem.status) this.fault = problem;
    }
    this.paint();
  },

  narrow() {
    this.wish = { open: this.$('[name=open]').prop('checked'), receiver: this.$('[name=receiver]').val() };
    this.most = part;
    this.paintSoon();
  },

  more() {
    this.most += part;
    this.paintSoon();
  },

  render() {
    const all = this.deliveries.toJSON();
    const { open, receiver } = this.wish;
    const some = all.filter((one) => (!open || one.state !== 'delivered')
      && (!receiver || receiverOf(one) === receiver));
    const receivers = receiversOf(all);
    return this.draw('deliveries-page', {
      problem: this.fault,
      loading: !this.deliveries.loaded && !this.fault,
      none: this.deliveries.loaded && !all.length && !this.fault,
      any: all.length > 0 && {
        receivers,
        names: _.sortBy(receivers, 'name').map(({ name }) => ({ name, chosen: name === receiver })),
        open,
        list: some.slice(0, this.most).map(deliveryWords),
        empty: !some.length,
        more: some.length > this.most
      }
    });
  }
});
