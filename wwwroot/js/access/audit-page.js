// Who did what to what, narrowed by who, where, what and when; as files, too.
import { _ } from '../page/libraries.js';
import { Problem } from '../live/problem.js';
import { clock } from '../page/clock.js';
import { View } from '../page/view.js';
import { servers } from '../servers/server.js';
import { Audit } from './audit.js';
import { me } from './me.js';

const actions = ['reserve', 'change reservation', 'release', 'undo release', 'take over', 'give', 'share',
  'ask to release', 'answer', 'end reservation', 'join line', 'leave line', 'turn', 'turn missed', 'end place', 'watch',
  'watch no more', 'watched server is free', 'out of service', 'back in service', 'power', 'power failed',
  'build', 'cancel build', 'follow',
  'stop following', 'take off', 'keep state', 'keep state failed', 'go back', 'go back failed', 'savepoint ends',
  'drop savepoint', 'restore', 'drop copy', 'drop copy failed', 'drop database', 'drop database failed', 'make token',
  'end token', 'read settings', 'make server', 'make server failed', 'server made',
  'delete server', 'server deleted', 'server gone', 'server let go', 'forget server', 'forget person', 'forget base'];
const outcomes = ['done', 'refused', 'queued', 'running', 'succeeded', 'failed', 'cancelled', 'interrupted'];

export const Page = View.extend({
  title: 'Audit',
  events: {
    'change .filters': 'filter',
    'input .filters': 'filterSoon',
    'submit .filters': 'filter',
    'click [name=older]': 'older'
  },

  initialize() {
    this.audit = new Audit();
    this.wish = {};
    this.filterSoon = _.debounce(() => this.filter(), 400);
    this.listenTo(this.audit, 'reset update', this.paint);
    this.listenTo(servers, 'update reset', this.paint);
    this.listenTo(me, 'change:name change:may', () => this.look());
    this.listenTo(clock, 'tick', this.paint);
    this.look();
  },

  // What did not come is asked for again when the console is there.
  refresh() { return this.problem && this.look(); },

  look() { return this.ask(() => this.audit.look(this.wish)); },
  older() { return this.act(() => this.audit.older()); },

  async ask(verb) {
    if (!me.get('name')) return;
    try {
      await verb();
      this.problem = null;
    } catch (error) {
      this.problem = Problem.ofLook(error);
    }
    this.paintSoon();
  },

  // An empty field does not matter. Days are the reader's, the last one to its end.
  filter(event) {
    if (event?.type === 'submit') event.preventDefault();
    const value = (name) => this.$(`[name=${name}]`).val()?.trim();
    // While a year is typed it may be any.
    const day = (name, more) => {
      const [year, month, date] = (value(name) || '').split('-').map(Number);
      return year > 999 && year < 10000 && new Date(year, month - 1, date + more).toISOString();
    };
    const wish = {
      actor: value('actor'),
      server: value('server'),
      action: value('action'),
      outcome: value('outcome'),
      from: day('from', 0),
      to: day('to', 1)
    };
    const next = _.pick(wish, Boolean);
    if (_.isEqual(next, this.wish)) return;
    this.wish = next;
    this.look();
  },

  render() {
    const { audit } = this;
    const file = (format, name) => ({ href: audit.file(format), name });
    return this.draw('audit-page', {
      problem: this.problem,
      administers: (me.get('may') || []).includes('administer'),
      nameless: !me.get('name'),
      loading: me.get('name') && !audit.loaded && !this.problem,
      actions,
      outcomes,
      files: audit.loaded ? [file('csv', 'CSV'), file('jsonl', 'JSON Lines')] : [],
      none: audit.loaded && !audit.length && { narrowed: !_.isEmpty(this.wish) },
      any: audit.length ? { facts: audit.map((fact) => this.row(fact)) } : null,
      older: audit.loaded && audit.next !== null,
      cut: audit.loaded && audit.cut,
      busy: this.busy
    });
  },

  row(fact) {
    const words = fact.toTemplate();
    return { ...words, server: servers.get(words.target) ? { href: words.href, name: words.target } : null };
  }
});
