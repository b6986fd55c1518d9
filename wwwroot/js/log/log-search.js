// Search in a log: from the newest line backwards, because the reason of a failure is near the end. `show` brings a
// line into view, `tell` says where one is. A long log is searched in small parts, so that the page answers meanwhile.
import * as ansi from './ansi.js';

export class LogSearch {
  constructor(lines, show, tell, { longest = 12 } = {}) {
    Object.assign(this, { lines, show, tell, longest, found: [], at: 0, turn: 0 });
  }

  soon(wanted) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.find(wanted), 200);
  }

  // The newest hit is shown at once, the others can be gone to when all are known.
  async find(wanted) {
    const turn = this.turn += 1, found = [];
    this.found = [];
    this.tell('');
    if (!wanted) return;
    const matches = ansi.finder(wanted);
    let rested = performance.now();
    for (let number = this.lines.end - 1; number >= this.lines.first; number -= 1) {
      if (matches(this.lines.get(number).text) && found.push(number) === 1) this.show(number);
      if (number % 100 || performance.now() - rested < this.longest) continue;
      this.tell(`${found.length ? `${found.length} found` : 'none found'}, searching …`);
      await new Promise((resolve) => setTimeout(resolve));
      if (turn !== this.turn) return;
      rested = performance.now();
    }
    this.found = found.reverse();
    this.at = found.length - 1;
    this.tell(found.length ? `${found.length} of ${found.length}` : 'not found');
  }

  step(by) {
    if (!this.found.length) return;
    this.at = (this.at + by + this.found.length) % this.found.length;
    this.show(this.found[this.at]);
    this.tell(`${this.at + 1} of ${this.found.length}`);
  }

  stop() {
    clearTimeout(this.timer);
    this.turn += 1;
  }
}
