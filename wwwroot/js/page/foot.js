// What holds for every time on the page: its zone, and by which clock it is reckoned.
app.FootView = app.View.extend({
  initialize() { this.listenTo(app.clock, 'tick', this.paint); },

  render() {
    const now = new Date(app.now());
    const place = app.zone.place(), zone = app.zone.name(now);
    return this.draw('foot-line', {
      zone: place === zone ? zone : `${place} (${zone})`, now: app.time.clock(now), differs: app.now.differs()
    });
  }
});
