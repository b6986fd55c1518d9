// Who looks at the page. In an open console a person names himself before he writes for the first time.
import { Backbone } from '../page/libraries.js';
import * as api from '../live/api.js';

export const Me = Backbone.Model.extend({
  url: 'api/me',
  defaults: { name: '', kind: 'nobody', open: false },

  // A viewer is offered no verbs.
  onlyReads() { return this.get('role') === 'viewer'; },

  isAdministrator() { return this.get('role') === 'administrator'; },

  async rename(name) {
    await api.write('PUT', 'api/me', { name });
    this.etag = null;
    await this.load();
    this.trigger('renamed');
  }
});

export const me = new Me();
