// One entry of a server's history: what was built, from what, and the settings as they were rendered then.
import { _ } from '../page/libraries.js';
import { BuildDialog } from '../builds/build-dialog.js';
import { Problem } from '../live/problem.js';
import * as addresses from '../page/addresses.js';
import * as format from '../page/format.js';
import { View } from '../page/view.js';
import { History, entryTemplate } from './history.js';
import { Server, servers } from './server.js';

export const Page = View.extend({
  events: { 'click [name=again]': 'runAgain' },

  initialize({ name, build }) {
    _.extend(this, { name, build, title: `${name}, build ${build}` });
    this.history = new History([], { server: new Server({ name }) });
    this.listenTo(this.history, 'sync update', this.paint);
    this.listenTo(servers, 'update sync change', this.paint);
    this.history.load().catch(() => null);   // without it there is nothing to compare with, that is all
    this.look();
  },

  async look() {
    try {
      this.entry = await this.history.entry(this.build);
    } catch (error) {
      this.problem = Problem.of(error);
    }
    this.paint();
  },

  render() {
    if (this.problem) return this.draw('gone', this.problem);
    if (!this.entry) return this;
    const { entry } = this;
    return this.draw('entry-page', _.extend(entryTemplate(entry), {
      server: this.name,
      serverHref: addresses.server(this.name),
      full: format.revision(entry.revision).full,
      usable: Boolean(servers.get(this.name)?.canBuild()),
      compares: this.history.compares(entry.build, servers.get(this.name)),
      settings: entry.settings || [],
      kept: Boolean(entry.settings?.length)
    }));
  },

  runAgain() { BuildDialog.ask(servers.get(this.name), this.entry); }
});
