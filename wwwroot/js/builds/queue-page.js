// What runs, what waits and for what, and what has ended lately.
import { _ } from '../page/libraries.js';
import { me } from '../access/me.js';
import { named } from '../access/name-dialog.js';
import { clock } from '../page/clock.js';
import * as format from '../page/format.js';
import { pointer } from '../page/pointer.js';
import * as time from '../page/time.js';
import { View } from '../page/view.js';
import { builds } from './build.js';

export const Page = View.extend({
  title: 'Queue',
  ended: 30,

  events: { 'click .cancel': 'cancel', 'click [name=older]': 'older' },

  initialize() {
    this.refusals = {};
    this.listenTo(builds, 'update reset change sync', this.paint);
    this.listenTo(me, 'change', this.paint);
    this.listenTo(clock, 'second', this.paint);
    builds.load().then(() => { this.loaded = true; }).catch(() => null);   // a lost connection has its own banner
  },

  refresh() { return builds.load(); },

  // Rows stay where they are while somebody points at them: else a click would cancel another build.
  places() {
    if (this.loaded && pointer.isOver(this.el)) {
      return this.kept.map((list) => list.filter((build) => builds.get(build.id)));
    }
    const running = builds.filter((build) => build.get('state') === 'running');
    const queued = builds.filter((build) => build.get('state') === 'queued').reverse();
    queued.sort((one, other) => (one.get('position') || Infinity) - (other.get('position') || Infinity) || 0);
    return [running, queued, this.over()];
  },

  allOver: () => builds.filter((build) => build.has('state') && build.isOver()),
  over() { return this.allOver().slice(0, this.ended); },
  hasMore() { return builds.hasOlder() || this.allOver().length > this.ended; },

  // Shows more of those that are here, and asks for older ones when these are shown.
  older() {
    this.act(async () => {
      const wanted = this.ended + 30;
      while (builds.hasOlder() && this.allOver().length < wanted) await builds.older();
      this.ended = wanted;
      this.kept[2] = this.over();   // below what somebody points at
    });
  },

  render() {
    const [running, queued, over] = this.kept = this.places();
    const number = (state) => builds.filter((build) => build.get('state') === state).length;
    const list = (key, title, fact, all, none) => ({
      key, title, fact, none, open: key !== 'ended', count: all.length, any: all.length > 0,
      older: key === 'ended' && this.hasMore() ? { busy: this.busy, problem: this.problem } : null,
      rows: all.map((build) => this.row(build))
    });
    return this.draw('queue-page', {
      summary: `${number('running')} running, ${number('queued')} waiting`,
      problem: null,
      lists: [
        list('running', 'Running', 'Step', running, 'No build is running.'),
        list('queued', 'Waiting', 'Waits for', queued, 'No build is waiting.'),
        list('ended', 'Ended', 'Outcome', over, 'No build has ended yet.')
      ]
    });
  },

  row(build) {
    const isOn = ({ state, waitsFor }) => state === 'running' || (state === 'waiting' && waitsFor);
    const step = (build.get('steps') || []).find(isOn);
    const running = build.get('state') === 'running';
    const work = [step?.name, step?.waitsFor && `waits: ${time.said(step.waitsFor)}`].filter(Boolean).join(' ');
    const note = running ? work : build.waiting() || time.said(build.get('message'));
    return _.extend(build.toTemplate(), {
      bar: running ? format.bar(step?.progress, `${step?.name || 'build'} on ${build.get('server')}`) : null,
      note: note || '',
      cancels: build.mayCancel(),
      busy: this.busy,
      refusal: this.refusals[build.id] || null,
      at: time.of(build.get('endedAt') || build.get('at'), time.ago)
    });
  },

  cancel(event) {
    const { build } = event.currentTarget.dataset;
    delete this.refusals[build];
    named(async () => {
      await this.act(() => builds.get(build).cancel());
      if (this.problem) this.refusals[build] = this.problem;
      this.problem = null;   // it stands at its build
      this.paint();
    });
  }
});
