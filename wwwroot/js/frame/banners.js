// What everybody should know before believing the page: the connection, and hosts that do not answer.
// One that comes or goes moves the page below it: it waits while somebody points there.
import { live } from '../live/live.js';
import { renewal } from '../live/renewal.js';
import { clock } from '../page/clock.js';
import { pointer } from '../page/pointer.js';
import { View } from '../page/view.js';
import { hosts } from '../servers/host.js';

const renewed = {
  kind: 'quiet', icon: 'interrupted', reload: true,
  text: 'The console was renewed, and this page is the one from before. It is loaded again when you go to another.'
};

export const BannersView = View.extend({
  events: { 'click [name=reload]': () => location.reload() },

  initialize() {
    this.listenTo(clock, 'second', () => { if (this.held) this.paint(); });
    this.listenTo(live, 'change', this.paint);
    this.listenTo(renewal, 'change', this.paint);
    this.listenTo(hosts, 'update reset change', this.paint);
    this.listenTo(clock, 'tick', this.paint);
  },

  render() {
    const banners = hosts.filter((host) => host.get('problem')).map((host) => host.toBanner());
    banners.push(...hosts.map((host) => host.toNotices()).flat());
    if (renewal.due) banners.unshift(renewed);
    if (live.state === 'lost') banners.unshift({ kind: 'bad', icon: 'failed', text: live.lostText() });
    this.held = banners.length !== this.number && pointer.isOver(document.getElementById('page'));
    if (this.held) return this;
    this.number = banners.length;
    return this.draw('banner-list', { banners });
  }
});
