// The catalogue: what can be put on a server, and the paths of each app's repository.
import { Backbone } from '../page/libraries.js';
import * as api from '../live/api.js';

export const App = Backbone.Model.extend({
  idAttribute: 'name',

  // The paths that match what was typed so far; asked for as one types, so the answer is not kept.
  async paths(wanted, signal) {
    const query = wanted ? `?q=${encodeURIComponent(wanted)}` : '';
    const { body } = await api.read(`${api.path('apps', this.id, 'paths')}${query}`, null, signal);
    return body;
  }
});

export const Apps = Backbone.Collection.extend({
  model: App,
  url: 'api/apps',
  parse: (answer) => answer.apps,

  // That of its usual database: as `now`, a configuration of it, has it, else the usual one.
  baseOf(name, now) {
    const app = this.get(name);
    const usual = app?.get('databases')?.[0];
    const here = now && now.app === name && now.databases?.find((one) => one.name === usual?.name)?.base;
    return (usual?.bases.includes(here) && here) || app?.get('base') || null;
  }
});

export const apps = new Apps();
