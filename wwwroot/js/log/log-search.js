// Search in a log: from the newest line backwards, because the reason of a failure is near the end. `show` brings a
// line into view, `tell` says where one is.
app.LogSearch = class {
  constructor(lines, show, tell) {
    Object.assign(this, { lines, show, tell, found: [], at: 0 });
  }

  soon(wanted) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.find(wanted), 200);
  }

  find(wanted) {
    this.found = wanted ? this.lines.find(wanted) : [];
    this.at = this.found.length;
    if (wanted) this.step(-1);
    else this.tell('');
  }

  step(by) {
    if (!this.found.length) { this.tell('not found'); return; }
    this.at = (this.at + by + this.found.length) % this.found.length;
    this.show(this.found[this.at]);
    this.tell(`${this.at + 1} of ${this.found.length}`);
  }

  stop() { clearTimeout(this.timer); }
};
