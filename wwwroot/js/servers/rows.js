// The rows of the board: one's own servers on top, the others below. While somebody points at them, rows neither move
// nor come nor go, so that nothing slides under the pointer; they are put in order afterwards (pointer.js).
import { $ } from '../page/libraries.js';
import { clock } from '../page/clock.js';
import { pointer } from '../page/pointer.js';
import { render } from '../page/templates.js';
import { View } from '../page/view.js';
import { ServerRow } from './row.js';
import { servers } from './server.js';

export const BoardRows = View.extend({
  initialize({ board }) {
    Object.assign(this, { board, views: new Map(), places: new Map() });
    this.setElement($(render('board-table', {})).get(0));
    this.heads = { mine: this.$('.mine .group')[0], others: this.$('.others .group')[0] };
    this.listenTo(clock, 'second', () => { if (this.held) board.paint(); });
  },

  // The person has asked for another order.
  settle() { this.asked = true; },

  render() {
    this.held = !this.asked && pointer.isOver(this.$('table')[0]);
    this.asked = false;
    if (!this.held) this.places.clear();
    // One that has gone and come back since the last paint is another model.
    this.views.forEach((view, name) => { if (servers.get(name) !== view.model) this.forget(name, view); });
    const groups = { mine: [], others: [] };
    servers.each((server) => {
      const { group, hidden } = this.placeOf(server);
      const view = this.viewOf(server);
      view.el.hidden = hidden;
      groups[group].push(view);
    });
    const apart = groups.mine.some((view) => !view.el.hidden);
    this.shown = this.fill('mine', groups.mine, apart) + this.fill('others', groups.others, apart);
    this.$('.none').prop('hidden', this.shown > 0);
    this.$('table').prop('hidden', this.shown === 0);
    return this;
  },

  placeOf(server) {
    if (!this.places.has(server.id)) {
      this.places.set(server.id, { group: server.isMine() ? 'mine' : 'others', hidden: !this.board.shows(server) });
    }
    return this.places.get(server.id);
  },

  // Groups have heads when there are two. A row that moves keeps the focus that it has.
  fill(group, views, apart) {
    const body = this.$(`tbody.${group}`)[0], head = this.heads[group];
    if (!apart) head.remove(); else if (head !== body.firstElementChild) body.prepend(head);
    let place = apart ? head.nextElementSibling : body.firstElementChild, shown = 0;
    views.forEach(({ el }) => {
      shown += el.hidden ? 0 : 1;
      if (place === el) { place = place.nextElementSibling; return; }
      const focused = el.contains(document.activeElement) ? document.activeElement : null;
      body.insertBefore(el, place);
      focused?.focus({ preventScroll: true });
    });
    head.querySelector('.count').textContent = shown;
    body.hidden = shown === 0;
    return shown;
  },

  viewOf(server) {
    if (!this.views.has(server.id)) this.views.set(server.id, new ServerRow({ model: server }).render());
    return this.views.get(server.id);
  },

  paintAll() { this.views.forEach((view) => view.paint()); },

  forget(name, view) {
    view.remove();
    this.views.delete(name);
  },

  clear() {
    this.views.forEach((view, name) => this.forget(name, view));
    this.$el.detach();
  },

  remove() {
    this.clear();
    return View.prototype.remove.call(this);
  }
});
