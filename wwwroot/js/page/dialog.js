// A form in a <dialog>: drawn once, so that live events never touch what somebody is typing.
// A subclass gives `template`, `data()` and `send()`; what send() throws is shown above the buttons.
import { _ } from './libraries.js';
import * as api from '../live/api.js';
import { Problem } from '../live/problem.js';
import { me } from '../access/me.js';
import { copy } from './copy.js';
import { curlLine } from './curl.js';
import { notice } from './notice.js';
import { render } from './templates.js';
import { View } from './view.js';

export const Dialog = View.extend({
  tagName: 'dialog',
  attributes: { 'aria-labelledby': 'dialog-title' },
  leave: 'Cancel',
  look: 'primary',
  curl: true,

  events() {
    return _.extend({
      'submit form': 'submit',
      'click [name=close]': 'close',
      'click [name=curl]': 'showCurl',
      'input form': 'dropCurl',
      close: 'backToPage',
      cancel: 'stay'
    }, this.moreEvents);
  },

  open() {
    // A second click before the first one's dialog was there.
    if (document.querySelector('dialog[open]')) return this;
    this.place = document.activeElement.closest('tr, section');
    document.body.append(this.render().el);
    this.el.showModal();
    this.el.querySelector('[autofocus], input:not([type=radio]):not([type=checkbox]), select, button')?.focus();
    return this;
  },

  render() {
    const { leave, look, word, curl } = this;
    this.$el.html(render(this.template, { leave, look, word, curl, ...this.data() }));
    this.ready?.();
    return this;
  },

  field(name) { return this.el.querySelector(`[name="${name}"]`); },
  value(name) { return this.field(name).value.trim(); },

  close() { if (!this.busy) this.el.close(); },

  // The browser gives the focus back to the button that opened the dialog. When that is gone, because what it offered
  // has been done, the focus goes to what stands in its place.
  backToPage() {
    this.remove();
    requestAnimationFrame(() => {
      if (document.activeElement !== document.body || document.querySelector('dialog[open]')) return;
      const place = this.place?.isConnected ? this.place : document.getElementById('page');
      (place.querySelector('button:not(:disabled), a[href]') || place).focus();
    });
  },

  stay(event) { if (this.busy) event.preventDefault(); },

  async submit(event) {
    event.preventDefault();
    if (!this.busy && this.isComplete()) await this.run();
  },

  isComplete() {
    const missing = [...this.el.querySelectorAll('[required]')].find((input) => !input.disabled && !input.value.trim());
    if (!missing) return true;
    const label = missing.labels[0].firstChild.textContent.trim().toLowerCase();
    this.show('problem', { title: 'Something is missing.', detail: `Fill in: ${label}.` });
    missing.focus();
    return false;
  },

  // The same for a shell: the request that the form would send now, which is not sent.
  async showCurl({ currentTarget: button }) {
    if (!this.isComplete()) return;
    try {
      const request = await api.requestOf(() => this.send());
      const line = request && curlLine(request, api.at(''), me.get('name'));
      this.$('.curl').html(render('curl-line', { line, token: line?.includes('$TOKEN') }));
      if (line) this.$('.copied').text(await copy(this.field('line'), button));
    } catch (error) {
      this.show('problem', Problem.of(error));
    }
  },

  dropCurl() { this.$('.curl').empty(); },

  // A network failure leaves open whether the request arrived: the same form sent again carries
  // the same key, so that it is done once. After any answer the next try is a new one.
  async run(verb = (key) => this.send(key)) {
    this.setBusy(true);
    try {
      this.key ||= api.newKey();
      const done = await verb(this.key);
      this.setBusy(false);
      if (done !== false) this.close();
    } catch (error) {
      await this.fail(Problem.of(error));
    }
  },

  // A browser closes a dialog at the second Escape, whatever the form says: what comes back then is told on the page.
  async fail(problem) {
    if (problem.status) this.key = null;
    if (!this.el.open) notice([problem.title, problem.detail].join(' ').trim());
    else await this.refuse(problem);
    this.setBusy(false);
  },

  changed() { this.key = null; },

  refuse(problem) { this.show('problem', problem); },
  show(template, data) { this.$('.slot').html(render(template, data)); },

  // A disabled button loses the focus: it has it again when the answer is there.
  setBusy(busy) {
    if (busy) this.focused = this.el.contains(document.activeElement) ? document.activeElement : null;
    this.busy = busy;
    if (busy) this.$('.slot').empty();
    this.$('form').attr('aria-busy', String(busy));
    this.$('button').prop('disabled', busy);
    if (!busy && this.el.open) this.focused?.focus();
  }
});
