// Who has had a server, newest first.
import { Backbone } from '../page/libraries.js';
import * as api from '../live/api.js';
import * as time from '../page/time.js';

export const Past = Backbone.Collection.extend({
  initialize(models, options) { this.server = options.server; },
  url() { return api.path('servers', this.server.id, 'reservations'); },
  modelId: (one) => one.number,
  parse: (answer) => answer.ended
});

const endings = {
  released: () => 'released',
  takenOver: ({ by, reason }) => `taken over by ${by}: ${reason}`,
  given: () => 'given to a colleague',
  timeOver: () => 'its time was over',
  givenBack: () => 'its build touched nothing'
};

export const pastTemplate = (one) => ({
  holder: one.holder,
  purpose: one.purpose,
  since: time.of(one.since),
  endedAt: time.of(one.endedAt),
  ending: endings[one.end](one)
});
