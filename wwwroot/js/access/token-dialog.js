// Makes a token: its name, what it may, for how long, and perhaps for which servers and apps alone.
import { _ } from '../page/libraries.js';
import { apps } from '../apps/apps.js';
import { Dialog } from '../page/dialog.js';
import * as format from '../page/format.js';
import { MadeTokenDialog } from './made-token-dialog.js';
import { me } from './me.js';

const rights = [
  { right: 'reserve', word: 'Reserve', text: 'reserve, extend, release, take over' },
  { right: 'build', word: 'Build', text: 'build, cancel, see what a build would change' },
  { right: 'restore', word: 'Restore', text: 'restore bases' }
];

export const TokenDialog = Dialog.extend({
  template: 'token-dialog',
  word: 'Make it',
  moreEvents: { 'input input': 'changed', 'change input': 'changed' },

  data() {
    const may = me.get('may') || [];
    const most = this.collection.mostDays;
    const days = [7, 30, 90, 365].filter((number) => number < most).concat(most)
      .filter((number, at, all) => all.indexOf(number) === at);
    const usual = Math.min(90, most);
    return {
      rights: rights.filter(({ right }) => may.includes(right)),
      days: days.map((number) => ({
        number, word: format.count(number, 'day', 'days'), chosen: number === usual
      })),
      apps: apps.length ? { apps: apps.map((app) => app.id) } : null
    };
  },

  chosen(name) { return [...this.el.querySelectorAll(`[name=${name}]:checked`)].map(({ value }) => value); },

  wish() {
    const servers = _.compact(this.value('servers').split(/[\s,]+/));
    const chosen = this.chosen('app');
    return {
      name: this.value('name'),
      scope: ['read', ...this.chosen('scope')],
      days: Number(this.chosen('days')[0]),
      ...(servers.length ? { servers } : {}),
      ...(chosen.length ? { apps: chosen } : {})
    };
  },

  async send(key) {
    const made = await this.collection.make(this.wish(), key);
    setTimeout(() => new MadeTokenDialog({ made }).open());   // when this dialog has closed
  }
});
