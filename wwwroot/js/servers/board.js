// The home page: every server at a glance, one's own first, a filter, and quick ones with their counts. What is shown
// is in the address (choice.js), so that it outlasts a reload and the way to another page and back; the browser keeps
// it for the next visit.
import { me } from '../access/me.js';
import { apps } from '../apps/apps.js';
import { bases } from '../bases/base.js';
import { live } from '../live/live.js';
import { clock } from '../page/clock.js';
import { kept } from '../page/kept.js';
import { render } from '../page/templates.js';
import { shown } from '../page/shown.js';
import * as time from '../page/time.js';
import { View } from '../page/view.js';
import { AnyDialog } from '../reservations/any-dialog.js';
import { PlacesView } from '../reservations/places-view.js';
import { places } from '../reservations/places.js';
import * as choice from './choice.js';
import { hosts } from './host.js';
import { BoardRows } from './rows.js';
import { servers } from './server.js';

// The table's head and rows are made once; a change redraws its own row, and the chips when counts change. Where rows
// stand, and whether they are shown, stays as it is while somebody points at them (rows.js).
export const BoardPage = View.extend({
  title: 'Servers',
  events: {
    'input [name=filter]': 'filter',
    'change [name=sort]': 'sort',
    'click .chip': 'choose',
    'click [name=all-again]': 'showAll',
    'click [name=any]': () => AnyDialog.ask()
  },

  initialize({ query }) {
    this.rows = this.own(new BoardRows({ board: this }));
    this.places = this.own(new PlacesView());
    this.read(query);
    this.listenTo(servers, 'update reset sort change sync', this.paint);
    this.listenTo(hosts, 'update change', this.paint);
    this.listenTo(live, 'change', this.paint);
    this.listenTo(me, 'change', this.repaintRows);
    this.listenTo(bases, 'update change', this.repaintRows);
    this.listenTo(apps, 'update', this.repaintRows);
    this.listenTo(clock, 'tick', this.repaintRows);
    this.listenTo(live, 'line', () => places.loadSoon());
    this.listenTo(me, 'change:name', () => { if (me.previous('name')) places.loadSoon(); });
    places.load().catch(() => null);   // the next look tells
  },

  refresh() { return places.load(); },

  read(query) {
    this.choice = choice.choiceOf(query);
    BoardPage.keep(this.address());
  },

  // Back or forward, or a link to the board while it is up.
  follow(query) {
    this.read(query);
    this.$('[name=filter]').val(this.choice.wanted);
    this.$('[name=sort]').val(this.choice.sort);
    this.rows.settle();
    this.paintSoon();
  },

  address() { return choice.addressOf(this.choice); },
  facts() { return servers.map((server) => server.toFacts()); },

  render() {
    const facts = this.facts();
    const chips = choice.chipsOf(facts, this.choice.kind, time.now());
    if (!this.html) {
      const sorts = choice.sorts.map((one) => ({ ...one, chosen: one.name === this.choice.sort }));
      this.draw('board', { chips, sorts, wanted: this.choice.wanted });
      this.places.setElement(this.$('.places')[0]).render();
    }
    this.updateChips(chips);
    this.$('[name=any]').prop('hidden', !servers.length || me.onlyReads());
    if (servers.length) this.renderTable(facts); else this.renderEmpty();
    return this;
  },

  renderEmpty() {
    this.rows.clear();
    const waiting = !servers.loaded && { lost: live.state === 'lost' };
    const none = !waiting && { hosts: hosts.toJSON() };
    this.$('.board-body').html(render('board-empty', { waiting, none }));
  },

  renderTable(facts) {
    if (!this.rows.el.isConnected) this.$('.board-body').empty().append(this.rows.el);
    const number = this.rows.render(facts).shown;
    const isNarrow = choice.isNarrow(this.choice);
    const next = choice.nextEnd(facts, time.now());
    const text = [
      isNarrow && `${number} of ${choice.counted(servers.length)} shown`,
      next && `the next end: ${next.name}, ${time.when(new Date(next.until))}`
    ].filter(Boolean).join(', ');
    const place = this.$('.shown')[0];
    if (place.textContent !== text) place.textContent = text;   // it is read out
    this.$('.head [name=all-again]').prop('hidden', !isNarrow);
  },

  shows(facts) { return choice.shows(this.choice, facts, time.now()); },

  // In place, so that a key press on a chip is never lost under a paint.
  updateChips(chips) {
    chips.forEach(({ name, count, hint, pressed }) => {
      this.$(`.chip[name=${name}]`).attr({ 'aria-pressed': pressed, title: hint }).find('.count').text(count);
    });
  },

  repaintRows() {
    this.rows.paintAll();
    this.paint();
  },

  filter() { this.change({ wanted: this.$('[name=filter]').val() }, true); },
  sort() { this.change({ sort: this.$('[name=sort]').val() }, true); },
  choose(event) { this.change({ kind: event.currentTarget.name }); },

  // One's own choice is seen at once. Typing is no step of the way back, a chip is one.
  change(part, replace = false) {
    Object.assign(this.choice, part);
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
  // Where "Servers" leads from another page: to the board as one has left it in this tab, or at the last visit.
  keep(address) {
    try { sessionStorage.setItem('board', address); } catch { /* then it leads where the last visit ended */ }
    kept.set('board', address);
  },

  last() {
    let own = null;
    try { own = sessionStorage.getItem('board'); } catch { /* as above */ }
    const address = own || kept.get('board');
    return address?.startsWith('#/') ? address : '#/';
  }
});
