// The part of a log that is on the page: chunks of lines, at most `max` of them, made of text nodes and spans with
// fixed classes. Chunks out of sight cost nothing to lay out (content-visibility in log.css).
import * as ansi from './ansi.js';

export class LogWindow {
  constructor(place, lines, { chunk = 100, max = 3000 } = {}) {
    Object.assign(this, { place, lines, chunk, max, from: 0, to: 0, marked: null });
  }

  clear(from) {
    this.place.replaceChildren();
    this.from = this.to = from;
  }

  // Shows what came since. Who follows and is far behind goes to the last lines at once: nobody reads a hundred
  // thousand in a second. Who reads keeps what he reads, and gets more below it until the window is full.
  append(following) {
    const farBehind = this.lines.end - this.to > this.max / 3;
    if (following && farBehind) this.clear(Math.max(this.lines.first, this.lines.end - this.max / 6));
    const end = following ? this.lines.end : Math.min(this.lines.end, this.from + this.max);
    while (this.to < end) {
      let last = this.place.lastElementChild;
      if (!last || last.childElementCount >= this.chunk) this.place.append(last = this.newChunk());
      const part = document.createDocumentFragment();
      const stop = Math.min(end, this.to + this.chunk - last.childElementCount);
      while (this.to < stop) part.append(this.line(this.to++));
      last.append(part);
    }
    if (following) this.trim();
  }

  trim() {
    while (this.to - this.from > this.max && this.place.childElementCount > 1) {
      this.from += this.place.firstElementChild.childElementCount;
      this.place.firstElementChild.remove();
    }
  }

  // Puts up to `count` earlier lines on top.
  prepend(count) {
    const from = Math.max(this.lines.first, this.from - count);
    while (this.from > from) {
      const start = Math.max(from, this.from - this.chunk);
      const chunk = this.newChunk();
      for (let number = start; number < this.from; number += 1) chunk.append(this.line(number));
      this.place.prepend(chunk);
      this.from = start;
    }
  }

  // A window around one line, wherever it is.
  around(number) {
    if (number >= this.from && number < this.to) return;
    this.clear(Math.max(this.lines.first, number - this.max / 4));
    const end = Math.min(this.lines.end, this.from + this.max / 2);
    while (this.to < end) {
      const chunk = this.newChunk();
      for (let i = 0; i < this.chunk && this.to < end; i += 1) chunk.append(this.line(this.to++));
      this.place.append(chunk);
    }
  }

  element(number) { return this.place.querySelector(`[data-line="${number + 1}"]`); }

  // One line at most is marked, and stays so however the window moves.
  mark(number) {
    if (this.marked !== null) this.element(this.marked)?.classList.remove('hit');
    this.marked = number;
    if (number !== null) this.element(number)?.classList.add('hit');
  }

  newChunk() {
    const chunk = document.createElement('div');
    chunk.className = 'chunk';
    return chunk;
  }

  line(number) {
    const element = document.createElement('div');
    element.className = number === this.marked ? 'log-line hit' : 'log-line';
    element.dataset.line = number + 1;
    const line = this.lines.get(number);
    for (const { text, classes } of line ? ansi.runs(line.text, line.style).runs : []) {
      if (!classes) { element.append(text); continue; }
      const span = document.createElement('span');
      span.className = classes;
      span.textContent = text;
      element.append(span);
    }
    return element;
  }
}
