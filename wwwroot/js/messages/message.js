// What one was told. Each is there until it is seen, and one's own alone are known here.
import { Backbone } from '../page/libraries.js';
import * as api from '../live/api.js';
import * as time from '../page/time.js';
import { addressOf, iconOf } from './words.js';

export const Message = Backbone.Model.extend({
  async see() {
    if (this.get('seenAt')) return;
    const seen = await api.write('POST', api.path('messages', String(this.id), 'seen'), {});
    messages.take({ messages: [seen] });
  },

  text() { return time.said(this.get('text')); },

  toTemplate() {
    return {
      id: this.id,
      text: this.text(),
      icon: iconOf(this.attributes),
      href: addressOf(this.attributes),
      at: time.of(this.get('at')),
      unseen: !this.get('seenAt')
    };
  }
});

export const Messages = Backbone.Collection.extend({
  model: Message,
  url: 'api/messages',
  comparator: (message) => -message.id,
  parse: (answer) => answer.messages,

  take(answer) { this.set(answer.messages, { remove: false }); },

  unseen() { return this.filter((message) => !message.get('seenAt')); },

  // Not those that come meanwhile, which nobody has read.
  async seeAll() {
    const upTo = this.first()?.id;
    if (upTo) this.set(this.parse(await api.write('POST', 'api/messages/seen', { upTo })));
  },

  // Another person looks at the page now.
  forget() {
    this.etag = null;
    this.loaded = false;
    this.reset();
  }
});

export const messages = new Messages();
