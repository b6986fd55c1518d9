// One server on the board, with what its reader may do with it.
import { _ } from '../page/libraries.js';
import { me } from '../access/me.js';
import { BuildDialog } from '../builds/build-dialog.js';
import { ReplaceDialog } from '../builds/replace-dialog.js';
import { View } from '../page/view.js';
import { holdVerbs } from './hold-verbs.js';
import { serverTemplate, statusOf } from './status.js';

export const ServerRow = View.extend(_.extend({}, holdVerbs, {
  tagName: 'tr',
  attributes: { role: 'row' },
  events: _.extend({ 'click [name=build]': 'build', 'click [name=newest]': 'newestData' }, holdVerbs.holdEvents),

  initialize() {
    this.listenTo(this.model, 'change', this.paint);
    this.listenTo(this.model, 'change:unusable change:protected change:reservation', () => { this.problem = null; });
  },

  render() {
    const { model } = this;
    this.el.className = model.get('unusable') ? 'unusable' : statusOf(model).icon;
    return this.draw('server-row', _.extend(serverTemplate(model), {
      actions: this.actions(), hour: this.mores().find(({ name }) => name === 'hour'), server: model.id,
      busy: this.busy, problem: this.problem, ...model.canBeReserved() && { unusable: null }
    }));
  },

  actions() {
    const { model } = this;
    // Each verb has a place of its own, so that none comes to stand where another one was clicked.
    const slots = { build: 'first', release: 'third', wait: 'third', leave: 'third' };
    const action = (name, word, look) => ({ name, word, look, slot: slots[name] || 'second' });
    const build = (look) => (model.canBuild() ? [action('build', 'Build', look)] : []);
    if (model.isMine()) return [...build('primary'), action('change', 'Extend', ''), action('release', 'Release', '')];
    const takeover = action('takeover', 'Take over', '');
    if (model.isForRepair()) {
      return [...build(''), ...(model.get('reservation') ? [takeover] : [])];
    }
    if (me.onlyReads()) return [];
    const reserve = action('reserve', 'Reserve', 'primary');
    const line = model.waits() ? action('leave', 'Leave line', '') : action('wait', 'Wait', '');
    if (model.whyNot()) return model.canBeReserved() ? [reserve, ...(model.waits() ? [line] : [])] : [];
    const shared = model.isShared() ? build('') : [];
    const over = model.isForOthers() ? [] : [takeover];
    if (model.get('reservation')) return [...shared, ...over, line];
    if (model.isMyTurn()) return [...build(''), action('take', 'Take it', 'primary'), action('leave', 'Pass', '')];
    if (model.isForOthers()) return [line];
    return [...build(''), reserve];
  },

  build() { BuildDialog.ask(this.model); },
  newestData() { ReplaceDialog.newestData(this.model); }
}));
