// What is on a server as a table; who may build there can take each app off.
import { named } from '../access/name-dialog.js';
import { clock } from '../page/clock.js';
import * as templates from '../page/templates.js';
import { View } from '../page/view.js';
import { AppsHere, appTemplate } from './apps-here.js';
import { OffDialog } from './off-dialog.js';

const AppsHereView = View.extend({
  events: { 'click .take-off': 'takeOff' },

  initialize() {
    this.listenTo(this.model, 'sync change', this.paint);
    this.listenTo(this.model.server, 'change', this.paint);
    this.listenTo(clock, 'tick', this.paint);
  },

  render() {
    const { model } = this;
    const { apps = [], several } = model.attributes;
    return this.draw('apps-here', {
      server: model.server.id,
      loaded: model.loaded,
      any: apps.length > 0,
      several,
      old: model.server.get('oldTools') || [],
      usable: model.server.canBuild(),
      rows: apps.map(appTemplate)
    });
  },

  takeOff(event) {
    const one = this.model.get('apps').find(({ app }) => app === event.currentTarget.dataset.app);
    if (one) named(() => new OffDialog({ model: this.model, one }).open());
  }
});

// Of a server; its templates come with the first one.
export async function appsOf(server) {
  await templates.load(['apps']);
  return new AppsHereView({ model: new AppsHere({}, { server }) });
}
