// The story of the page: get the templates, put the frame up, show what the address names, stay live.
import { Backbone } from './page/libraries.js';
import { me } from './access/me.js';
import { apps } from './apps/apps.js';
import { bases } from './bases/base.js';
import { copies } from './bases/copy.js';
import { builds } from './builds/build.js';
import { BannersView } from './frame/banners.js';
import { FootView } from './frame/foot.js';
import { Router } from './frame/router.js';
import { TopView } from './frame/top.js';
import { live } from './live/live.js';
import { renewal } from './live/renewal.js';
import { messages } from './messages/message.js';
import { MessagesView } from './messages/messages-view.js';
import { clock } from './page/clock.js';
import { pointer } from './page/pointer.js';
import { shown } from './page/shown.js';
import * as templates from './page/templates.js';
import { hosts } from './servers/host.js';
import { servers } from './servers/server.js';
import './live/sync.js';
import './page/clicks.js';
import './reservations/asked.js';

// For whoever looks into a page that runs, as tests do.
window.app = { apps, bases, builds, copies, hosts, live, me, messages, servers, shown };

function start() {
  clock.start();
  pointer.watch();
  new FootView({ el: '#foot' }).render();
  new TopView({ el: '#top' }).render();
  new MessagesView({ el: '#messages' }).render();
  new BannersView({ el: '#banners' }).render();
  new Router();

  document.querySelector('.skip').addEventListener('click', (event) => {
    event.preventDefault();
    document.getElementById('page').focus();
  });

  Backbone.history.start();
  live.start();
  renewal.watch();
}

await templates.load();
// Without all of its files the page does not begin: boot.js tells which are missing.
if (window.boot.complete()) {
  start();
  window.boot.begin();
}
