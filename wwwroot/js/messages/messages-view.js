// Messages on every page: the newest that is not seen, until it is; the list, when it is opened; and what a screen
// reader, the tab and the desktop are told. The first that comes and the last that goes move the page: they wait while
// somebody points there.
import { me } from '../access/me.js';
import { Problem } from '../live/problem.js';
import { clock } from '../page/clock.js';
import { notice } from '../page/notice.js';
import { pointer } from '../page/pointer.js';
import { View } from '../page/view.js';
import * as desktop from './desktop.js';
import { messages } from './message.js';
import { panel } from './panel.js';
import * as title from './title.js';
import { wants } from './wants.js';
import { announcement } from './words.js';

const most = 50;

export const MessagesView = View.extend({
  events: {
    'click [data-see]': 'see',
    'click a[data-message]': 'follow',
    'click [name=see-all]': 'seeAll',
    'click [name=open-messages]': () => panel.toggle(true),
    'click [name=close-messages]': 'close',
    'click [name=allow-desktop]': 'allow',
    'change [data-want]': 'choose'
  },

  initialize() {
    this.told = 0;
    this.listenTo(messages, 'update reset change', this.change);
    this.listenTo(me, 'change:name', this.changePerson);
    this.listenTo(panel, 'change', this.turn);
    this.listenTo(wants, 'change', this.paintSoon);
    this.listenTo(clock, 'second', () => { if (this.held) this.paint(); });
    this.listenTo(clock, 'tick', this.paint);
    document.addEventListener('keydown', (event) => this.key(event));
  },

  render() {
    const unseen = messages.unseen();
    const list = messages.first(most).map((message) => message.toTemplate());
    const newest = !panel.open && unseen[0];
    const moves = this.shown !== undefined && this.shown !== Boolean(newest);
    this.held = moves && pointer.isOver(document.getElementById('page'));
    if (this.held) return this;
    this.shown = Boolean(newest);
    this.draw('messages', {
      toast: newest && {
        ...newest.toTemplate(),
        others: unseen.length > 1 && { count: unseen.length - 1 }
      },
      panel: panel.open && {
        list,
        none: !list.length,
        unseen: unseen.length > 0,
        desktop: desktop.mayAsk(),
        wants: wants.toTemplate(),
        problem: this.problem
      }
    });
    // What somebody has clicked stays as they have clicked it, whatever is drawn.
    this.$('[data-want]').each((_at, box) => { box.checked = box.defaultChecked; });
    return this;
  },

  change() {
    const unseen = messages.unseen();
    title.count(unseen.length);
    const news = unseen.filter((message) => message.id > this.told);
    if (news.length) {
      // At the first look it is what happened while one was away: one is here now, and needs no notification.
      if (messages.loaded) news.forEach((message) => desktop.show(message, me.get('name')));
      // Nothing outside of a dialog that is open is read out.
      (document.querySelector('dialog[open] .told') || document.getElementById('told')).textContent =
        announcement(unseen.map((message) => ({ text: message.text() })));
    }
    this.told = Math.max(this.told, messages.first()?.id || 0);
    this.paint();
  },

  changePerson() {
    if (!me.previous('name')) return;
    this.told = 0;
    messages.forget();
    messages.load().catch(() => null);
    wants.etag = null;
    wants.clear();
  },

  // The focus goes along with the list, and back to where it was opened.
  turn() {
    if (panel.open) wants.load().catch(() => null);
    this.shown = undefined;
    this.render();
    if (panel.open) this.el.querySelector('h2').focus();
    else document.querySelector('#top [name=messages]')?.focus();
  },

  see(event) {
    const message = messages.get(event.currentTarget.dataset.see);
    this.run(() => message.see());
  },

  // Several may be under way. What fails is told where it is read: without the list, on the page.
  async run(verb) {
    this.problem = null;
    try {
      await verb();
    } catch (error) {
      const problem = Problem.of(error);
      if (panel.open) this.problem = problem;
      else notice(`${problem.title} ${problem.detail}`);
    }
    this.paintSoon();
  },

  follow(event) {
    messages.get(event.currentTarget.dataset.message).see().catch(() => null);
    panel.toggle(false);
  },

  seeAll() { this.run(() => messages.seeAll()); },

  choose({ currentTarget }) {
    const { want, by } = currentTarget.dataset;
    this.run(() => wants.choose(by, want, currentTarget.checked));
  },

  close() { panel.toggle(false); },

  async allow() {
    await desktop.ask();
    this.paintSoon();
  },

  key(event) {
    if (event.key === 'Escape' && panel.open && !document.querySelector('dialog[open]')) panel.toggle(false);
  }
});
