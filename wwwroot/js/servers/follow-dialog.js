// Has a server follow the branch that is on it: what is new there is built without anybody's asking.
import { named } from '../access/name-dialog.js';
import { apps } from '../apps/apps.js';
import { Dialog } from '../page/dialog.js';
import { notice } from '../page/notice.js';

export const FollowDialog = Dialog.extend({
  template: 'follow-dialog',
  word: 'Follow',

  data() {
    const { app, path } = this.model.get('configuration');
    return { server: this.model.id, app, path, base: apps.baseOf(app) };
  },

  async send(key) {
    const database = this.el.querySelector('[name=what]:checked')?.value === 'both';
    const { path } = await this.model.follow({ database, ...this.model.ownNumber() }, key);
    notice(`${this.model.id} follows ${path}.`);
  }
}, {
  ask(model) { named(() => new FollowDialog({ model }).open()); },

  async stop(model) {
    const { path } = model.get('following');
    await model.stopFollowing();
    notice(`${model.id} does not follow ${path} any more.`);
  }
});
