// One restore, live: its steps and its log.
import { _ } from '../page/libraries.js';
import { stepsTemplate } from '../builds/steps.js';
import { live } from '../live/live.js';
import { LogView } from '../log/log-view.js';
import * as addresses from '../page/addresses.js';
import { clock } from '../page/clock.js';
import * as format from '../page/format.js';
import * as time from '../page/time.js';
import { View } from '../page/view.js';
import { Restore } from './restore.js';

export const Page = View.extend({
  initialize({ id, line }) {
    this.line = line;
    this.title = `Restore ${id}`;
    this.model = new Restore({ id });
    this.facts = this.own(new View());
    this.$el.append(this.facts.el);
    this.listenTo(this.model, 'change', this.paint);
    this.listenTo(live, 'restore', (restore) => { if (String(restore.id) === id) this.model.set(restore); });
    this.listenTo(clock, 'second', () => { if (!this.model.isOver()) this.paint(); });
    this.load().catch(() => null);   // the lost connection has its own banner
  },

  refresh() { return this.missing ? null : this.load(); },

  load() { return this.loadOr((problem) => this.fail(problem)); },

  fail(problem) {
    this.missing = problem;
    this.paint();
  },

  render() {
    if (this.missing) { this.facts.draw('gone', this.missing); return this; }
    if (!this.model.has('state')) return this;
    const restore = this.model.attributes;
    this.facts.draw('restore-page', _.extend(Restore.words(restore), {
      steps: stepsTemplate(restore.steps),
      ended: restore.state === 'succeeded',
      data: time.of(restore.dataTime, time.data),
      size: format.size(restore.size) || 'unknown'
    }));
    if (!this.log) {
      this.log = this.own(new LogView({
        url: `${this.model.url()}/log`, file: `restore-${this.model.id}.log`,
        page: addresses.restore(this.model.id), line: this.line,
        since: restore.startedAt || restore.at, isOver: () => this.model.isOver()
      }));
      this.$el.append(this.log.render().el);
    }
    return this;
  }
});
