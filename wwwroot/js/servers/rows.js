// The rows of the board in their groups (groups.js); one of a host can be closed, which the browser keeps. While
// somebody points at them, rows neither move nor come nor go, so that nothing slides under the pointer; they are put in
// order afterwards (pointer.js).
import { $ } from '../page/libraries.js';
import { clock } from '../page/clock.js';
import { kept } from '../page/kept.js';
import { pointer } from '../page/pointer.js';
import { render } from '../page/templates.js';
import { View } from '../page/view.js';
import { groupsOf } from './groups.js';
import { hosts } from './host.js';
import { ServerRow } from './row.js';
import { counted } from './choice.js';
import { servers } from './server.js';

// With more servers a row has one line, where there is room for it (table.css).
const many = 24;

function write(element, text) { if (element.textContent !== String(text)) element.textContent = text; }

export const BoardRows = View.extend({
  events: { 'click [name=fold]': 'fold' },

  initialize({ board }) {
    Object.assign(this, { board, views: new Map(), bodies: new Map(), groups: null });
    this.closed = new Set((kept.get('closed hosts') || '').split('\n'));
    this.setElement($(render('board-table', {})).get(0));
    this.table = this.$('table')[0];
    this.listenTo(clock, 'second', () => { if (this.held) board.paint(); });
  },

  // The person has asked for another order.
  settle() { this.asked = true; },

  // `facts`: of all servers.
  render(facts) {
    this.held = Boolean(this.groups) && !this.asked && pointer.isOver(this.table);
    this.asked = false;
    // One that has gone and come back since the last paint is another model.
    this.views.forEach((view, name) => { if (servers.get(name) !== view.model) this.forget(name, view); });
    if (!this.held) this.arrange(facts);
    const sizes = this.groups.map((group) => this.sizeOf(group));
    const apart = hosts.length > 1 || sizes.filter(Boolean).length > 1;
    this.shown = sizes.reduce((sum, size) => sum + size);
    this.groups.forEach((group, at) => this.fill(group, sizes[at], apart));
    this.table.classList.toggle('dense', servers.length > many);
    this.$('.none').prop('hidden', this.shown > 0);
    this.table.hidden = this.shown === 0;
    return this;
  },

  arrange(facts) {
    this.groups = groupsOf(facts, { sort: this.board.choice.sort, byHost: hosts.length > 1 });
    this.hidden = new Set(facts.filter((one) => !this.board.shows(one)).map(({ name }) => name));
    this.bodies.forEach(({ body }, key) => {
      if (this.groups.some((group) => group.key === key)) return;
      this.bodies.delete(key);
      body.remove();
    });
    this.groups.map((group) => this.bodyOf(group).body).reduceRight((next, body) => {
      if (body.parentNode !== this.table || body.nextElementSibling !== next) this.table.insertBefore(body, next);
      return body;
    }, null);
  },

  sizeOf({ names }) { return names.filter((name) => servers.get(name) && !this.hidden.has(name)).length; },

  fill(group, size, apart) {
    const { body, head } = this.bodyOf(group), isClosed = this.isClosed(group);
    const names = group.names.filter((name) => servers.get(name));
    names.forEach((name) => { this.viewOf(name).el.hidden = isClosed || this.hidden.has(name); });
    if (!apart || !size) head.remove(); else if (head !== body.firstElementChild) body.prepend(head);
    this.order(body, names.map((name) => this.views.get(name).el));
    write(head.querySelector('.count'), size);
    write(head.querySelector('.free'), group.host ? `${counted(group.free)} free` : '');
    const fold = head.querySelector('[name=fold]');
    if (fold && fold.ariaExpanded !== String(!isClosed)) fold.ariaExpanded = String(!isClosed);
    body.hidden = size === 0;
  },

  // Rows that need not move stay, with what is selected in them; one that moves keeps the focus that it has. One that
  // another group takes is passed over.
  order(body, rows) {
    const own = new Set(rows);
    const next = (row) => (!row || own.has(row) ? row : next(row.nextElementSibling));
    const behind = (row) => next(row.nextElementSibling);
    let place = next(body.firstElementChild);
    rows.forEach((row) => {
      if (place && place !== row && behind(place) === row) place = row;   // the one before it goes further down
      if (place === row) { place = behind(row); return; }
      const focused = row.contains(document.activeElement) ? document.activeElement : null;
      body.insertBefore(row, place);
      focused?.focus({ preventScroll: true });
    });
  },

  // What is looked for is shown, wherever it is.
  isClosed({ host }) { return this.closed.has(host) && !this.board.choice.wanted.trim(); },

  bodyOf({ key, word, host }) {
    if (!this.bodies.has(key)) {
      const kind = host ? 'others host' : key;
      const body = $(render('board-group', { kind, word, host: host && { host } })).get(0);
      this.bodies.set(key, { body, head: body.firstElementChild });
    }
    return this.bodies.get(key);
  },

  fold({ currentTarget: { value: host } }) {
    if (!this.closed.delete(host)) this.closed.add(host);
    kept.set('closed hosts', [...this.closed].join('\n'));
    this.settle();
    this.board.paintSoon();
  },

  viewOf(name) {
    if (!this.views.has(name)) this.views.set(name, new ServerRow({ model: servers.get(name) }).render());
    return this.views.get(name);
  },

  paintAll() { this.views.forEach((view) => view.paint()); },

  forget(name, view) {
    view.remove();
    this.views.delete(name);
  },

  clear() {
    this.views.forEach((view, name) => this.forget(name, view));
    this.groups = null;
    this.$el.detach();
  },

  remove() {
    this.clear();
    return View.prototype.remove.call(this);
  }
});
