// Which page an address names. One page is up at a time; the old one goes with everything it listened to.
import { $, Backbone } from '../page/libraries.js';
import { BuildPage } from '../builds/build-page.js';
import * as title from '../messages/title.js';
import { later } from '../page/later.js';
import { shown } from '../page/shown.js';
import * as templates from '../page/templates.js';
import { BoardPage } from '../servers/board.js';
import { ServerPage } from '../servers/server-page.js';
import { LostPage, MissingPage } from './lost-page.js';

export const Router = Backbone.Router.extend({
  routes: {
    '': 'board',
    'servers/:name': 'server',
    'servers/:name/history/:build': 'entry',
    'servers/:name/history/:build/since/:from': 'compare',
    queue: 'queue',
    'builds/:id': 'build',
    'builds/:id/log/:line': 'build',
    bases: 'bases',
    'restores/:id': 'restore',
    'restores/:id/log/:line': 'restore',
    tokens: 'tokens',
    audit: 'audit',
    deliveries: 'deliveries',
    '*other': 'lost'
  },

  board(query) {
    // An address without anything behind it is the board as it was at the last visit.
    const last = shown.page || location.hash ? '#/' : BoardPage.last();
    if (last !== '#/') shown.at(last, { replace: true });
    const said = query ?? last.split('?')[1];
    if (!(shown.page instanceof BoardPage)) { this.show(new BoardPage({ query: said })); return; }
    closeDialogs();
    shown.page.follow(query);   // back and forward among its filters
    shown.show(shown.page);
  },
  server(name) { this.show(new ServerPage({ name })); },
  entry(name, build) { return this.later(() => import('../servers/entry-page.js'), { name, build }); },
  compare(name, to, from) { return this.later(() => import('../changes/compare-page.js'), { name, to, from }); },
  queue() { return this.later(() => import('../builds/queue-page.js')); },
  build(id, line) { this.show(new BuildPage({ id, line })); },
  bases() {
    return this.later(async () => {
      await templates.load(['room']);
      return import('../bases/bases-page.js');
    });
  },
  restore(id, line) { return this.later(() => import('../bases/restore-page.js'), { id, line }); },
  audit() { return this.later(() => import('../access/audit-page.js')); },
  deliveries() {
    return this.later(async () => {
      await templates.load(['deliveries']);
      return import('../messages/deliveries-page.js');
    });
  },
  tokens() { return this.later(() => import('../access/tokens-page.js')); },
  lost(address) { this.show(new LostPage({ address })); },

  // An address that somebody has typed or cut off may hold a percent sign that stands for nothing.
  _extractParameters(route, fragment) {
    try {
      return Backbone.Router.prototype._extractParameters.call(this, route, fragment);
    } catch (error) {
      if (!(error instanceof URIError)) throw error;
      return Backbone.Router.prototype._extractParameters.call(this, route, fragment.replace(/%/g, '%25'));
    }
  },

  // Pages that few people open come when they are asked for, and not with a first visit.
  // A dialog that was opened meanwhile stays, and so does the focus where somebody has put it.
  async later(fetchPage, of) {
    const address = location.hash;
    closeDialogs();
    const before = document.activeElement;
    const { Page } = await later(fetchPage) || {};
    if (location.hash !== address) return;
    const { activeElement } = document;
    const moves = [before, document.body].includes(activeElement) || shown.page?.el.contains(activeElement);
    this.put(Page ? new Page(of) : new MissingPage(), moves);
  },

  show(page) {
    closeDialogs();
    this.put(page);
  },

  put(page, takesFocus = true) {
    const first = !shown.page;
    shown.page?.remove();
    $('#page').empty().append(page.render().el);
    title.name(page.title);
    shown.show(page);
    if (first) return;   // the browser has put the focus where it belongs
    window.scrollTo(0, 0);
    if (!takesFocus) return;
    (page.el.querySelector('h1') || document.getElementById('page')).focus({ preventScroll: true });
  }
});

function closeDialogs() { document.querySelectorAll('dialog[open]').forEach((dialog) => dialog.close()); }
