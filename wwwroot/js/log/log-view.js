// A log on the page: live, followed to its end until somebody scrolls up, searchable, with the whole as a download.
app.LogView = app.View.extend({
  tagName: 'section',
  className: 'log-view',
  attributes: { 'aria-label': 'Log' },
  events: {
    'click [name=follow]': 'toggleFollow',
    'click [name=earlier]': 'showEarlier',
    'input [name=find]': 'findSoon',
    'keydown [name=find]': 'findNext'
  },

  initialize({ url, file, isOver }) {
    _.extend(this, { url, file, following: true, found: [], word: 'Waiting for lines …' });
    this.lines = new app.Lines();
    this.log = new app.Log(url, isOver);
    this.listenTo(this.log, 'text', (text) => { this.lines.take(text); this.word = ''; this.paint(); });
    this.listenTo(this.log, 'open', () => { if (this.lines.end) this.word = ''; this.paint(); });
    this.listenTo(this.log, 'end', () => { this.lines.finish(); this.over = true; this.word = this.lines.end ? '' : 'No lines.'; this.paint(); });
    this.listenTo(this.log, 'cut', () => { this.word = 'Connection lost, trying again …'; this.paint(); });
    this.listenTo(this.log, 'fail', (problem) => { this.word = `${problem.title} ${problem.detail}`; this.paint(); });
  },

  render() {
    if (!this.window) this.setUp();
    if (this.following) {
      this.window.append(true);
      this.toEnd();
    } else {
      this.window.append(false);
    }
    this.renderBar();
    return this;
  },

  setUp() {
    this.$el.html(app.render('log-view', { href: this.url, file: this.file }));
    this.pane = this.$('.log')[0];
    this.window = new app.LogWindow(this.$('.log-lines')[0], this.lines);
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
    const lines = app.text.count(this.lines.end, 'line', 'lines');
    const below = this.lines.end - this.window.to;
    this.$('.log-state').text(this.word || `${lines}${below > 0 ? `, ${below} more below` : ''}${this.over ? '' : ', live'}`);
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
    else if (!this.following && up === false && sameSize && atEnd && this.window.to >= this.lines.end) this.setFollowing(true);
  },

  toEnd() { this.pane.scrollTop = this.pane.scrollHeight; },

  setFollowing(following) {
    this.following = following;
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

  findSoon() {
    clearTimeout(this.findTimer);
    this.findTimer = setTimeout(() => this.find(), 200);
  },

  find() {
    const wanted = this.$('[name=find]').val();
    this.found = wanted ? this.lines.find(wanted) : [];
    this.at = this.found.length;
    this.step(-1);
    if (!wanted) this.$('.found').text('');
  },

  findNext(event) {
    if (event.key !== 'Enter') return;
    event.preventDefault();
    this.step(event.shiftKey ? 1 : -1);
  },

  // From the newest line backwards, because the reason of a failure is near the end.
  step(by) {
    this.$('.log-line.hit').removeClass('hit');
    if (!this.found.length) { this.$('.found').text('not found'); return; }
    this.at = (this.at + by + this.found.length) % this.found.length;
    const number = this.found[this.at];
    this.following = false;
    this.window.around(number);
    const element = this.window.element(number);
    element.classList.add('hit');
    this.centre(element);
    requestAnimationFrame(() => this.centre(element));   // lines above have got their true heights
    this.$('.found').text(`${this.at + 1} of ${this.found.length}`);
    this.renderBar();
  },

  centre(element) {
    const middle = (box) => box.top + box.height / 2;
    this.pane.scrollTop += middle(element.getBoundingClientRect()) - middle(this.pane.getBoundingClientRect());
  },

  remove() {
    this.sizes?.disconnect();
    this.log.stop();
    return app.View.prototype.remove.call(this);
  }
});
