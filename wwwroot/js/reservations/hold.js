// Who holds a server, in words: for its row and page, for dialogs, and for the builds under it.
_.extend(app.Server.prototype, {
  // The build with which a reservation ends whose time is over; null: it ends by time.
  endsWith(reservation) {
    const build = this.get('build');
    const isOver = new Date(reservation.until) <= app.now();
    return isOver && build?.state === 'running' && build.reservation === reservation.number ? build.id : null;
  },

  holdWords() {
    const reservation = this.get('reservation');
    if (!reservation) return null;
    const build = this.endsWith(reservation);
    return {
      server: this.id,
      holder: reservation.holder,
      purpose: reservation.purpose || '',
      since: app.time.of(reservation.since),
      until: build ? null : app.time.of(reservation.until),
      left: build ? null : app.time.left(new Date(reservation.until)),
      ends: build && { id: build, href: app.Build.href(build) },
      taken: this.takenWords(reservation.takenFrom)
    };
  },

  takenWords(from) {
    if (!from) return null;
    const became = { cancel: 'was cancelled', finish: 'may finish' }[from.builds];
    return {
      from: from.holder, reason: from.reason, at: app.time.of(from.at),
      build: from.build && became ? { id: from.build, href: app.Build.href(from.build), became } : null
    };
  },

  // What launching a build means for the reservation that was seen, before anybody clicks.
  launchText(seen) {
    if (!seen) {
      const end = app.time.when(app.usualEnd());
      return `${this.id} is free: this reserves it for you until ${end}. `
        + 'It is given back when the build has touched nothing.';
    }
    if (seen.holder !== app.me.get('name')) return `${this.id} is reserved by ${seen.holder}.`;
    const build = this.endsWith(seen);
    if (!build) return `Runs under your reservation of ${this.id}, until ${app.time.when(new Date(seen.until))}.`;
    return `Your reservation of ${this.id} ends with build ${build}. Extend it first: what waits then is cancelled.`;
  }
});
