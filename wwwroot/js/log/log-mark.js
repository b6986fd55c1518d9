// The marked line of a log, and its link: the page's address names it (#/builds/17/log/120), so that it can be sent to
// somebody. Lines are counted from 1 there, from 0 here. Nothing in the log itself is a link.
import * as api from '../live/api.js';
import * as format from '../page/format.js';
import { notice } from '../page/notice.js';

export class LogMark {
  constructor({ page, line, lines }) {
    Object.assign(this, { page, lines, number: null });
    this.wanted = /^[1-9]\d{0,8}$/.test(line || '') ? Number(line) - 1 : null;
  }

  // The wanted line is there now, at most once.
  arrives() {
    const number = this.wanted;
    if (number === null || number >= this.lines.end) return null;
    this.wanted = null;
    if (number >= this.lines.first) return number;
    this.missing = `Line ${number + 1} is not kept on the page: it is in the download.`;
    return null;
  }

  ended() {
    if (this.wanted === null) return;
    this.missing = `There is no line ${this.wanted + 1}: the log has ${format.count(this.lines.end, 'line', 'lines')}.`;
    this.wanted = null;
  }

  set(number) {
    this.number = number;
    this.missing = null;
    history.replaceState(null, '', this.href());
  }

  href() { return this.number === null ? this.page : `${this.page}/log/${this.number + 1}`; }

  text() {
    if (this.missing) return this.missing;
    return this.wanted === null ? '' : `Looking for line ${this.wanted + 1} …`;
  }

  // Plain http has no clipboard; the address bar has the link in any case.
  async copy() {
    const copied = await navigator.clipboard?.writeText(api.at(this.href())).then(() => true, () => false);
    const line = `link to line ${this.number + 1}`;
    notice(copied ? `The ${line} is copied.` : `The address of this page is the ${line}.`);
  }

  // A click on a line's number, which stands in the room left of its text.
  numberAt(event) {
    const line = event.target.closest('.log-line');
    const room = line && parseFloat(getComputedStyle(line).paddingLeft);
    if (!line || event.clientX - line.getBoundingClientRect().left > room) return null;
    return Number(line.dataset.line) - 1;
  }
}
