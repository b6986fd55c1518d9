// How models and collections read: through the API's one door, and with the newest that events have told.
import { Backbone, _ } from '../page/libraries.js';
import * as api from './api.js';
import { live } from './live.js';

// An answer that was overtaken by an event is asked for again.
Backbone.sync = async function (method, model, options) {
  if (method !== 'read') throw new Error('Write with a verb of the model.');
  for (let tries = 3; ; tries -= 1) {
    const seen = live.seen;
    const answer = await api.read(_.result(model, 'url'), model.etag);
    if (seen !== live.seen) {
      if (tries > 1) continue;
      live.lookSoon(1000);
    }
    if (answer.unchanged) return model;
    model.etag = answer.etag;
    model.next = answer.next;
    options.success(answer.body);
    return model;
  }
};

// load(): fetch as a promise; two at the same time share one request.
const load = {
  load() {
    this.loading ||= this.fetch().then(() => { this.loaded = true; }).finally(() => { this.loading = null; });
    return this.loading;
  }
};
_.extend(Backbone.Model.prototype, load);
_.extend(Backbone.Collection.prototype, load);
