// One server on the board, with what its reader may do with it.
import { _ } from '../page/libraries.js';
import { me } from '../access/me.js';
import { BuildDialog } from '../builds/build-dialog.js';
import { ReplaceDialog } from '../builds/replace-dialog.js';
import { View } from '../page/view.js';
import { ReleaseDialog } from '../reservations/release-dialog.js';
import { ReserveDialog } from '../reservations/reserve-dialog.js';
import { TakeoverDialog } from '../reservations/takeover-dialog.js';
import { serverTemplate, statusOf } from './status.js';

export const ServerRow = View.extend({
  tagName: 'tr',
  attributes: { role: 'row' },
  events: {
    'click [name=reserve]': 'reserve',
    'click [name=change]': 'reserve',
    'click [name=build]': 'build',
    'click [name=release]': 'release',
    'click [name=newest]': 'newestData',
    'click [name=takeover]': 'takeOver'
  },

  initialize() {
    this.listenTo(this.model, 'change', this.paint);
    this.listenTo(this.model, 'change:unusable change:protected change:reservation', () => { this.problem = null; });
  },

  render() {
    const { model } = this;
    this.el.className = model.get('unusable') ? 'unusable' : statusOf(model).icon;
    return this.draw('server-row', _.extend(serverTemplate(model), {
      actions: this.actions(), server: model.id, busy: this.busy, problem: this.problem
    }));
  },

  actions() {
    const { model } = this;
    // Each verb has a place of its own, so that none comes to stand where another one was clicked.
    const slots = { build: 'first', release: 'third' };
    const action = (name, word, look) => ({ name, word, look, slot: slots[name] || 'second' });
    const build = (look) => (model.canBuild() ? [action('build', 'Build', look)] : []);
    if (model.isMine()) return [...build('primary'), action('change', 'Extend', ''), action('release', 'Release', '')];
    if (model.whyNot() || me.onlyReads()) return [];
    if (model.get('reservation')) return [action('takeover', 'Take over', '')];
    return [...build(''), action('reserve', 'Reserve', 'primary')];
  },

  reserve() { ReserveDialog.ask(this.model); },
  build() { BuildDialog.ask(this.model); },
  newestData() { ReplaceDialog.newestData(this.model); },
  takeOver() { TakeoverDialog.ask(this.model); },
  release() { ReleaseDialog.ask(this.model, (verb) => this.act(verb)); }
});
