// Keep what a server's databases have now, under a name.
import { Dialog } from '../page/dialog.js';
import { notice } from '../page/notice.js';
import { answerWords, keepWords, placesToKeep } from './savepoints.js';

export const KeepDialog = Dialog.extend({
  template: 'keep-dialog',
  word: 'Keep it',
  moreEvents: { 'input input': 'changed', 'change select': 'chooseApp' },

  data() {
    const { apps, keptDays } = this.model.attributes;
    const places = placesToKeep(this.model);
    return {
      server: this.model.server.id,
      apps: apps.length > 1 ? { names: apps.map(({ app }) => app) } : null,
      takes: keepWords(apps[0]?.keepSeconds),
      keptDays,
      full: places.length > 0,
      places
    };
  },

  // How long it takes is another time for another app.
  chooseApp() {
    this.changed();
    const chosen = this.field('app') && this.model.get('apps').find(({ app }) => app === this.value('app'));
    if (chosen) this.$('.takes').text(keepWords(chosen.keepSeconds));
  },

  async send(key) {
    const wish = { name: this.value('name') };
    if (this.value('note')) wish.note = this.value('note');
    if (this.field('instead')) wish.instead = this.value('instead');
    const { app, apps } = this.model.attributes;
    const chosen = this.field('app') ? this.value('app') : apps[0]?.app;
    if (chosen && chosen !== app) wish.app = chosen;
    const answer = await this.model.keep(wish, key);
    notice(answerWords(answer));
  }
});
