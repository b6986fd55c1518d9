// A log on the page: live, followed to its end until somebody scrolls up, searchable, with the whole as a download.
import { _ } from '../page/libraries.js';
import { live } from '../live/live.js';
import * as format from '../page/format.js';
import { render } from '../page/templates.js';
import { View } from '../page/view.js';
import { Lines } from './lines.js';
import { LogMark } from './log-mark.js';
import { LogSearch } from './log-search.js';
import { LogTimes } from './log-times.js';
import { LogWindow } from './log-window.js';
import { Log } from './log.js';

export const LogView = View.extend({
  tagName: 'section',
  className: 'log-view',
  attributes: { 'aria-label': 'Log' },
  events: {
    'click [name=follow]': 'toggleFollow',
    'click [name=earlier]': 'showEarlier',
    'input [name=find]': 'findSoon',
    'keydown [name=find]': 'findNext',
    'click .log-lines': 'chooseLine',
    'click .line-link': 'copyLink'
  },

  initialize({ url, file, page, line, since, isOver }) {
    this.zone = new LogTimes(since);
    this.lines = new Lines({ times: (text) => this.zone.line(text) });
    this.mark = new LogMark({ page, line, lines: this.lines });
    this.search = new LogSearch(this.lines, (number) => this.show(number), (text) => this.$('.found').text(text));
    _.extend(this, { url, file, following: this.mark.wanted === null, word: 'Waiting for lines …' });
    this.log = new Log(url, isOver);
    this.listenTo(this.log, 'text', (text) => { this.lines.take(text); this.word = ''; this.paint(); });
    this.listenTo(this.log, 'open', () => { if (this.lines.end) this.word = ''; this.paint(); });
    this.listenTo(this.log, 'end', this.end);
    this.listenTo(live, 'change', this.paint);
    this.listenTo(this.log, 'cut', () => { this.word = 'Connection lost, trying again …'; this.paint(); });
    this.listenTo(this.log, 'fail', (problem) => { this.word = `${problem.title} ${problem.detail}`; this.paint(); });
  },

  end() {
    this.lines.finish();
    this.over = true;
    this.word = this.lines.end ? '' : 'No lines.';
    this.paint();
  },

  render() {
    if (!this.window) this.setUp();
    this.showWanted();
    if (this.following) {
      this.window.append(true);
      this.toEnd();
    } else {
      this.window.append(false);
    }
    this.renderBar();
    return this;
  },

  // The line that the address names, as soon as it has come.
  showWanted() {
    const number = this.mark.arrives();
    if (number === null) { if (this.over) this.mark.ended(); return; }
    this.show(number);
    this.el.scrollIntoView({ block: 'nearest' });
  },

  setUp() {
    this.$el.html(render('log-view', { href: this.url, file: this.file, zone: this.zone.name }));
    this.$('.log-zone').prop('hidden', this.zone.same);
    this.pane = this.$('.log')[0];
    this.window = new LogWindow(this.$('.log-lines')[0], this.lines);
    // Scroll events do not bubble, so they cannot be in the events table.
    this.pane.addEventListener('scroll', () => this.scrolled(), { passive: true });
    // Another size of the window moves the lines, and nobody has scrolled either.
    this.sizes = new ResizeObserver(() => {
      this.last = {};
      if (this.following) this.toEnd();
    });
    this.sizes.observe(this.pane);
    this.log.follow();
  },

  renderBar() {
    const lines = format.count(this.lines.end, 'line', 'lines');
    const below = this.lines.end - this.window.to;
    const isLive = !this.over && live.state === 'live';
    const state = `${lines}${below > 0 ? `, ${below} more below` : ''}${isLive ? ', live' : ''}`;
    this.$('.log-state').text(this.word || this.mark.text() || state);
    const { number } = this.mark;
    this.$('.line-link').prop('hidden', number === null).attr('href', this.mark.href())
      .text(number === null ? '' : `Link to line ${number + 1}`);
    this.$('[name=follow]').attr('aria-pressed', String(this.following));
    this.$('[name=earlier]').prop('hidden', this.window.from <= this.lines.first);
    this.$('.dropped').prop('hidden', this.lines.first === 0 || this.window.from > this.lines.first);
  },

  // Scrolling up stops following; scrolling to the end goes on. When lines got another height instead, because they
  // came, went or were laid out for the first time, nobody has scrolled.
  scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.pane;
    const last = this.last || {};
    const sameSize = last.scrollHeight === scrollHeight && last.clientHeight === clientHeight;
    const atEnd = scrollHeight - scrollTop - clientHeight < 40;
    const up = scrollTop < last.scrollTop;
    this.last = { scrollTop, scrollHeight, clientHeight };
    if (this.following && !atEnd && up && sameSize) this.setFollowing(false);
    else if (this.following && !atEnd) this.toEnd();
    const reads = !this.following && this.mark.number === null;
    const isDown = !up && sameSize && atEnd && this.window.to >= this.lines.end;
    if (reads && isDown) this.setFollowing(true);
  },

  toEnd() { this.pane.scrollTop = this.pane.scrollHeight; },

  setFollowing(following) {
    this.following = following;
    if (following && this.mark.number !== null) {
      this.mark.set(null);
      this.window.mark(null);
    }
    this.paint();
  },

  toggleFollow() { this.setFollowing(!this.following); },

  showEarlier() {
    this.following = false;
    const { scrollHeight, scrollTop } = this.pane;
    this.window.prepend(1000);
    this.pane.scrollTop = scrollTop + this.pane.scrollHeight - scrollHeight;
    this.renderBar();
  },

  findSoon() { this.search.soon(this.$('[name=find]').val()); },

  findNext(event) {
    if (event.key !== 'Enter') return;
    event.preventDefault();
    this.search.step(event.shiftKey ? 1 : -1);
  },

  chooseLine(event) {
    const number = this.mark.numberAt(event);
    if (number !== null && String(getSelection()) === '') this.show(number, true);
  },

  copyLink(event) {
    event.preventDefault();
    this.mark.copy();
  },

  // Brings a line into view and marks it. Who chose it on the page has it in view already.
  show(number, inView) {
    this.following = false;
    this.mark.set(number);
    this.window.around(number);
    this.window.mark(number);
    if (!inView) {
      const element = this.window.element(number);
      this.centre(element);
      requestAnimationFrame(() => this.centre(element));   // lines above have got their true heights
    }
    this.renderBar();
  },

  centre(element) {
    const middle = (box) => box.top + box.height / 2;
    this.pane.scrollTop += middle(element.getBoundingClientRect()) - middle(this.pane.getBoundingClientRect());
  },

  remove() {
    this.sizes?.disconnect();
    this.log.stop();
    this.search.stop();
    return View.prototype.remove.call(this);
  }
});
