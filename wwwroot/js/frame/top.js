// The line that stays on top: pages, how live the page is, and who looks at it.
import { Backbone } from '../page/libraries.js';
import { me } from '../access/me.js';
import { NameDialog } from '../access/name-dialog.js';
import { live } from '../live/live.js';
import { messages } from '../messages/message.js';
import { panel } from '../messages/panel.js';
import { bellLabel } from '../messages/words.js';
import * as format from '../page/format.js';
import { shown } from '../page/shown.js';
import { View } from '../page/view.js';
import { BoardPage } from '../servers/board.js';
import { servers } from '../servers/server.js';

export const TopView = View.extend({
  events: { 'click [name=rename]': 'rename', 'click [name=messages]': () => panel.toggle() },

  initialize() {
    this.listenTo(me, 'change', this.paint);
    this.listenTo(live, 'change', this.paint);
    this.listenTo(shown, 'change', this.paintSoon);
    this.listenTo(messages, 'update reset change', this.paint);
    this.listenTo(panel, 'change', this.paintSoon);
    this.listenTo(servers, 'update reset change:build', this.paint);
  },

  render() {
    const here = Backbone.history.fragment || '';
    const page = (href, name, pattern, counts) => ({ href, name, here: pattern.test(here), counts });
    const board = shown.page instanceof BoardPage;
    const open = servers.reduce((sum, server) => sum + (server.has('build') ? 1 + server.get('build').waiting : 0), 0);
    const unseen = messages.unseen().length;
    const hint = `${format.count(open, 'build', 'builds')} waiting or running`;
    return this.draw('top-bar', {
      pages: [
        page(board ? '#/' : BoardPage.last(), 'Servers', /^\/?(\?|$)|^\/?servers\//),
        page('#/queue', 'Queue', /^\/?(queue|builds\/)/, { count: open, hint }),
        page('#/bases', 'Bases', /^\/?(bases|restores\/)/),
        page('#/audit', 'Audit', /^\/?audit/),
        page('#/tokens', 'Tokens', /^\/?tokens/),
        ...(me.isAdministrator() ? [page('#/deliveries', 'Deliveries', /^\/?deliveries/)] : [])
      ],
      live: live.toTemplate(),
      bell: me.get('name') && { icon: 'bell', open: String(panel.open), unseen, label: bellLabel(unseen) },
      me: { name: me.get('name') || '', open: me.get('open') }
    });
  },

  rename() { new NameDialog().open(); }
});
