// One event stream that stays open. The browser itself reconnects after a cut and resumes with the last id;
// when it gives up (an answer other than 200), a new one is opened, and then `fresh` says that events may be missing.
// Used by the shared worker, and by a page in a browser without shared workers.
self.ConsoleStream = class {
  constructor(url, tell) {
    this.url = url;
    this.tell = tell;
    this.pause = 1000;
    this.open();
  }

  open() {
    const source = this.source = new EventSource(this.url);
    this.fresh = true;
    source.onopen = () => {
      this.isOpen = true;
      this.pause = 1000;
      this.tell({ what: 'open', fresh: this.fresh });
      this.fresh = false;
    };
    source.onerror = () => {
      this.isOpen = false;
      this.tell({ what: 'cut' });
      if (source.readyState === EventSource.CLOSED) this.openLater();
    };
    for (const name of ['server', 'build', 'restore', 'base', 'host', 'reset']) {
      source.addEventListener(name, (event) => this.tell({ what: 'event', name, data: JSON.parse(event.data) }));
    }
  }

  openLater() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.open(), this.pause);
    this.pause = Math.min(this.pause * 2, 15000);
  }

  // After a sleep the connection may be dead without anybody noticing. Several pages ask at once: once is enough.
  renew() {
    if (Date.now() - (this.renewed || 0) < 5000) return;
    this.renewed = Date.now();
    clearTimeout(this.timer);
    this.source.close();
    this.isOpen = false;
    this.open();
  }
};
