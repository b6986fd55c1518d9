// The lines of a log, from text that comes in pieces cut anywhere. Memory is bounded, for 100 MB of log and a little
// more: of a longer one the newest part is kept (`first` is the number of its first line), the whole is in the
// download.
import * as ansi from './ansi.js';

export class Lines {
  // `times` gives the line with its time in the zone of the page (log-times.js).
  constructor({ maxLines = 1e6, maxBytes = 150e6, maxLine = 8000, times = (line) => line } = {}) {
    Object.assign(this, { maxLines, maxBytes, maxLine, times });
    this.lines = [];
    this.first = 0;      // lines that were dropped from the front
    this.bytes = 0;      // about what the kept ones need
    this.rest = '';      // the line that has not ended yet
    this.style = ansi.plain;
  }

  get end() { return this.first + this.lines.length; }

  take(text) {
    const pieces = (this.rest + text).split('\n');
    this.rest = pieces.pop();
    pieces.forEach((piece) => this.add(piece));
    while (this.rest.length > this.maxLine) {
      this.push(this.rest.slice(0, this.maxLine));
      this.rest = this.rest.slice(this.maxLine);
    }
    this.trim();
  }

  // The log has ended: what stands there without a line end is a line too.
  finish() {
    if (this.rest) this.add(this.rest);
    this.rest = '';
  }

  // A carriage return writes the line anew, as progress bars do.
  add(piece) {
    let line = piece.replace(/\r+$/, '');
    line = this.times(line.slice(line.lastIndexOf('\r') + 1));
    do {
      this.push(line.slice(0, this.maxLine));
      line = line.slice(this.maxLine);
    } while (line);
  }

  // A line remembers the style it begins with, so that any part of the log can be shown by itself.
  push(text) {
    this.lines.push({ text, style: this.style });
    this.bytes += this.cost(text);
    if (text.includes('\x1b')) this.style = ansi.runs(text, this.style).style;
  }

  // In tenths, so that a long log does not move its array for every line.
  trim() {
    if (this.lines.length <= this.maxLines && this.bytes <= this.maxBytes) return;
    let count = 0;
    while (this.lines.length - count > this.maxLines * 0.9 || this.bytes > this.maxBytes * 0.9) {
      this.bytes -= this.cost(this.lines[count].text);
      count += 1;
    }
    this.lines.splice(0, count);
    this.first += count;
  }

  // Browsers keep a text with anything beyond Latin-1 in two bytes a character; a line needs some room besides.
  cost(text) { return text.length * (/[^\x00-\xff]/.test(text) ? 2 : 1) + 100; }

  get(number) { return this.lines[number - this.first]; }
}
