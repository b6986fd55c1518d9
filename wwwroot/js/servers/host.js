// A machine whose libvirt runs servers. Its problem says since when it does not answer; asOf, how old its states are;
// askedAgain, when it is asked the next time. Its notices say which servers are left out, and why.
import { Backbone } from '../page/libraries.js';
import * as time from '../page/time.js';

export const Host = Backbone.Model.extend({
  idAttribute: 'name',

  toBanner() {
    return {
      kind: 'warn',
      icon: 'crashed',
      name: this.id,
      text: time.said(this.get('problem')).replace(/([^.!?])$/, '$1.'),
      asOf: time.of(this.get('asOf')),
      again: this.get('askedAgain') && time.soon(new Date(this.get('askedAgain')))
    };
  },

  // Servers that are left out; the host answers all the same.
  toNotices() {
    const banner = { kind: 'quiet', icon: 'unknown', name: this.id };
    return (this.get('notices') || []).map((text) => ({ ...banner, text: time.said(text) }));
  }
});

export const Hosts = Backbone.Collection.extend({ model: Host });

export const hosts = new Hosts();
