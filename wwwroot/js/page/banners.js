// What everybody should know before believing the page: the connection, and hosts that do not answer.
// One that comes or goes moves the page below it: it waits while somebody points there.
app.BannersView = app.View.extend({
  initialize() {
    this.listenTo(app.clock, 'second', () => { if (this.held) this.paint(); });
    this.listenTo(app.live, 'change', this.paint);
    this.listenTo(app.hosts, 'update reset change', this.paint);
    this.listenTo(app.clock, 'tick', this.paint);
  },

  render() {
    const banners = app.hosts.filter((host) => host.get('problem')).map((host) => host.toBanner());
    banners.push(...app.hosts.map((host) => host.toNotices()).flat());
    if (app.live.state === 'lost') banners.unshift({ kind: 'bad', icon: 'failed', text: app.live.lostText() });
    this.held = banners.length !== this.number && app.pointer.isOver(document.getElementById('page'));
    if (this.held) return this;
    this.number = banners.length;
    return this.draw('banner-list', { banners });
  }
});
