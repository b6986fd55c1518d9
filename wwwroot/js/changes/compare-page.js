// What differs between two entries of a server's history. Any two can be chosen; the address names them.
import { _ } from '../page/libraries.js';
import { Problem } from '../live/problem.js';
import * as addresses from '../page/addresses.js';
import * as format from '../page/format.js';
import * as time from '../page/time.js';
import { View } from '../page/view.js';
import { History } from '../servers/history.js';
import { Server, servers } from '../servers/server.js';
import { changesTemplate } from './changes.js';

export const Page = View.extend({
  events: { 'change select': 'choose' },

  initialize({ name, to, from }) {
    _.extend(this, { name, to, from, title: `${name}: what changed` });
    this.history = new History([], { server: new Server({ name }) });
    this.listenTo(this.history, 'sync update', this.paint);
    this.listenTo(servers, 'sync update', this.paint);
    this.history.load().catch((error) => this.fail(Problem.of(error)));
    this.look();
  },

  async look() {
    const question = this.question = `${this.to} ${this.from}`;
    this.changes = this.problem = null;
    this.paint();
    try {
      const changes = await this.history.changes(this.to, this.from);
      if (question === this.question) this.changes = changes;
    } catch (error) {
      if (question === this.question) this.fail(Problem.of(error));
    }
    this.paint();
  },

  fail(problem) { this.problem = problem; this.paint(); },

  render() {
    const { name, to, from, problem, changes } = this;
    return this.draw('compare-page', {
      server: name,
      serverHref: addresses.server(name),
      ends: [
        { name: 'from', label: 'From', entries: this.entries(from) },
        { name: 'to', label: 'To', entries: this.entries(to) }
      ],
      same: String(to) === String(from),
      problem,
      waiting: !changes && !problem,
      changes: changes && changesTemplate(changes)
    });
  },

  entries(chosen) {
    const now = servers.get(this.name)?.get('configuration')?.build;
    return this.history.map(({ attributes: entry }) => ({
      build: entry.build,
      chosen: String(entry.build) === String(chosen),
      text: [
        `build ${entry.build}`, time.when(new Date(entry.at)), `${entry.app} ${entry.path}`,
        format.revision(entry.revision).short, entry.result === 'succeeded' ? '' : entry.result,
        entry.build === now ? 'the present' : ''
      ].filter(Boolean).join(', ')
    }));
  },

  // Stays on this page, so that somebody who goes through a list by keys keeps the focus.
  choose(event) {
    this[event.currentTarget.name] = event.currentTarget.value;
    history.replaceState(null, '', addresses.compare(this.name, this.to, this.from));
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.look(), 300);
  },

  remove() {
    clearTimeout(this.timer);
    return View.prototype.remove.call(this);
  }
});
