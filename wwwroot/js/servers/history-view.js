// A server's history as a table; each entry can be looked at, compared and run again.
import { _ } from '../page/libraries.js';
import { BuildDialog } from '../builds/build-dialog.js';
import * as addresses from '../page/addresses.js';
import { clock } from '../page/clock.js';
import { View } from '../page/view.js';
import { entryTemplate } from './history.js';

export const HistoryView = View.extend({
  events: { 'click .again': 'runAgain', 'click [name=older]': 'older' },

  initialize() {
    this.listenTo(this.collection, 'sync update reset', this.paint);
    const changes = 'change:configuration change:unusable change:protected change:reservation';
    this.listenTo(this.collection.server, changes, this.paint);
    this.listenTo(clock, 'tick', this.paint);
  },

  render() {
    const { collection } = this;
    return this.draw('history-table', {
      server: collection.server.id,
      any: collection.length > 0,
      loaded: collection.loaded,
      usable: collection.server.canBuild(),
      entries: collection.map((entry, index) => this.entry(entry.attributes, index)),
      older: collection.hasOlder() ? { busy: this.busy, problem: this.problem } : null,
      problem: null
    });
  },

  older() { this.act(() => this.collection.older()); },

  entry(entry, index) {
    return _.extend(entryTemplate(entry), {
      index,
      settingsHref: addresses.entry(this.collection.server.id, entry.build),
      compareHref: this.collection.compares(entry.build, this.collection.server)[0]?.href
    });
  },

  runAgain(event) {
    BuildDialog.ask(this.collection.server, this.collection.at(Number(event.currentTarget.dataset.index)).attributes);
  }
});
