// What was done, newest first: of everybody for administrators, of oneself for others. Older facts are asked for.
import { Backbone } from '../page/libraries.js';
import * as api from '../live/api.js';
import * as addresses from '../page/addresses.js';
import * as time from '../page/time.js';

const Fact = Backbone.Model.extend({
  toTemplate() {
    const fact = this.attributes;
    return {
      at: time.of(fact.at),
      actor: fact.actor,
      token: fact.token,
      from: fact.address,
      action: fact.action,
      outcome: fact.outcome === 'done' ? null : fact.outcome,
      target: fact.target,
      href: addresses.server(fact.target),
      detail: time.said(fact.detail)
    };
  }
});

export const Audit = Backbone.Collection.extend({
  model: Fact,

  // The facts that a wish names; a look that was overtaken by another is dropped.
  async look(wish) {
    this.wish = wish;
    const { body } = await api.read(`api/audit?${new URLSearchParams(wish)}`);
    if (wish !== this.wish) return;
    this.place(body);
    this.loaded = true;
    this.reset(body.facts);
  },

  async older() {
    const { wish } = this;
    const { body } = await api.read(`api/audit?${new URLSearchParams({ ...wish, before: this.next })}`);
    if (wish !== this.wish) return;
    this.place(body);
    this.add(body.facts);
  },

  place({ next, isCut }) { Object.assign(this, { next, cut: isCut }); },

  // The same as a file.
  file(format) { return api.at(`api/audit?${new URLSearchParams({ ...this.wish, limit: 1000, format })}`); }
});
