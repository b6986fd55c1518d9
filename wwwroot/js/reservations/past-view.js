// Who has had a server, as a table.
import { clock } from '../page/clock.js';
import { View } from '../page/view.js';
import { pastTemplate } from './past.js';

export const PastView = View.extend({
  initialize() {
    this.listenTo(this.collection, 'sync update reset', this.paint);
    this.listenTo(clock, 'tick', this.paint);
  },

  render() {
    const { collection } = this;
    return this.draw('past-table', {
      server: collection.server.id,
      any: collection.length > 0,
      loaded: collection.loaded,
      entries: collection.map((one) => pastTemplate(one.attributes))
    });
  }
});
