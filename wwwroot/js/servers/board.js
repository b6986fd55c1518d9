// The home page: every server at a glance, one's own first, a filter, and quick ones with their counts. What is shown
// is in the address (#/?show=mine&filter=basket), so that it outlasts a reload and the way to another page and back.
import { me } from '../access/me.js';
import { apps } from '../apps/apps.js';
import { bases } from '../bases/base.js';
import { live } from '../live/live.js';
import { clock } from '../page/clock.js';
import * as format from '../page/format.js';
import { render } from '../page/templates.js';
import { shown } from '../page/shown.js';
import { View } from '../page/view.js';
import { hosts } from './host.js';
import { BoardRows } from './rows.js';
import { servers } from './server.js';

const kinds = [
  { name: 'all', word: 'All', has: () => true, hint: 'in all' },
  { name: 'free', word: 'Free', has: (server) => server.isFree(), hint: 'that can be reserved' },
  { name: 'mine', word: 'Mine', has: (server) => server.isMine(), hint: 'that you have reserved' },
  { name: 'building', word: 'Building', has: (server) => server.has('build'), hint: 'with builds that run or wait' },
  { name: 'running', word: 'Switched on', has: (server) => server.isRunning(), hint: 'whose machine runs' }
];
const kindOf = (name) => kinds.find((kind) => kind.name === name) || kinds[0];
const counted = (number) => format.count(number, 'server', 'servers');

// The table's head and rows are made once; a change redraws its own row, and the chips when counts change. Where rows
// stand, and whether they are shown, stays as it is while somebody points at them (rows.js).
export const BoardPage = View.extend({
  title: 'Servers',
  events: {
    'input [name=filter]': 'filter',
    'click .chip': 'choose',
    'click [name=all-again]': 'showAll'
  },

  initialize({ query }) {
    this.rows = this.own(new BoardRows({ board: this }));
    this.read(query);
    this.listenTo(servers, 'update reset sort change sync', this.paint);
    this.listenTo(hosts, 'update change', this.paint);
    this.listenTo(live, 'change', this.paint);
    this.listenTo(me, 'change', this.repaintRows);
    this.listenTo(bases, 'update change', this.repaintRows);
    this.listenTo(apps, 'update', this.repaintRows);
    this.listenTo(clock, 'tick', this.repaintRows);
  },

  read(query) {
    const said = new URLSearchParams(query || '');
    this.kind = kindOf(said.get('show')).name;
    this.wanted = (said.get('filter') || '').slice(0, 100);
    BoardPage.keep(this.address());
  },

  // Back or forward, or a link to the board while it is up.
  follow(query) {
    this.read(query);
    this.$('[name=filter]').val(this.wanted);
    this.rows.settle();
    this.paintSoon();
  },

  address() {
    const said = new URLSearchParams({
      ...(this.kind === 'all' ? {} : { show: this.kind }), ...(this.wanted ? { filter: this.wanted } : {})
    }).toString();
    return said ? `#/?${said}` : '#/';
  },

  render() {
    if (!this.html) this.draw('board', { chips: this.chips(), wanted: this.wanted });
    this.updateChips();
    if (servers.length) this.renderTable(); else this.renderEmpty();
    return this;
  },

  renderEmpty() {
    this.rows.clear();
    const waiting = !servers.loaded && { lost: live.state === 'lost' };
    const none = !waiting && { hosts: hosts.toJSON() };
    this.$('.board-body').html(render('board-empty', { waiting, none }));
  },

  renderTable() {
    if (!this.rows.el.isConnected) this.$('.board-body').empty().append(this.rows.el);
    const number = this.rows.render().shown;
    const narrowed = this.kind !== 'all' || this.wanted.trim();
    this.$('.shown').text(narrowed ? `${number} of ${counted(servers.length)} shown` : '');
    this.$('[name=all-again]').prop('hidden', !narrowed);
  },

  shows(server) {
    const wanted = this.wanted.trim();
    return kindOf(this.kind).has(server) && (!wanted || server.matches(wanted));
  },

  chips() {
    return kinds.map(({ name, word, has, hint }) => {
      const number = servers.filter(has).length;
      return { name, word, count: number, hint: `${counted(number)} ${hint}`, pressed: String(name === this.kind) };
    });
  },

  // In place, so that a key press on a chip is never lost under a paint.
  updateChips() {
    this.chips().forEach(({ name, count, hint, pressed }) => {
      this.$(`.chip[name=${name}]`).attr({ 'aria-pressed': pressed, title: hint }).find('.count').text(count);
    });
  },

  repaintRows() {
    this.rows.paintAll();
    this.paint();
  },

  filter() { this.change({ wanted: this.$('[name=filter]').val(), replace: true }); },
  choose(event) { this.change({ kind: event.currentTarget.name }); },

  // One's own choice is seen at once. Typing is no step of the way back, a chip is one.
  change({ kind = this.kind, wanted = this.wanted, replace = false }) {
    Object.assign(this, { kind, wanted });
    shown.at(this.address(), { replace });
    BoardPage.keep(this.address());
    this.rows.settle();
    this.paintSoon();
  },

  showAll() {
    this.$('[name=filter]').val('').trigger('focus');
    this.change({ kind: 'all', wanted: '' });
  }
}, {
  // Where "Servers" leads from another page: to the board as one has left it in this tab. A browser may keep nothing.
  keep(address) { try { sessionStorage.setItem('board', address); } catch { /* then it leads to all servers */ } },
  last() { try { return sessionStorage.getItem('board') || '#/'; } catch { return '#/'; } }
});
