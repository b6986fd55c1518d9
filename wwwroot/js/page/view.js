// What every view can do: be painted with others (painter.js), keep the focus over a paint, own
// parts that go when it goes, and run a verb with its button disabled until the answer is there.
import { Backbone } from './libraries.js';
import { Problem } from '../live/problem.js';
import { painter } from './painter.js';
import { patch } from './patch.js';
import { render } from './templates.js';

export const View = Backbone.View.extend({
  paint() {
    painter.add(this);
    return this;
  },

  // For what a person has just done.
  paintSoon() {
    painter.add(this, true);
    return this;
  },

  // Writes only what has changed, so that a tick costs nothing on a page where nothing moved.
  draw(template, data) {
    const html = render(template, data);
    if (html === this.html) return this;
    const focused = document.activeElement, key = this.focusKey();
    this.html = html;
    patch(this.el, html);
    if (!key || !focused.isConnected || focused.disabled) this.refocus(key || this.lostFocus);
    return this;
  },

  focusKey() {
    const element = document.activeElement;
    if (!element || element === this.el || !this.el.contains(element)) return null;
    const name = element.getAttribute('name') || element.getAttribute('href');
    return name && `[${element.hasAttribute('name') ? 'name' : 'href'}="${CSS.escape(name)}"]`;
  },

  // A disabled button cannot hold the focus: it is remembered until it, or what took its place, can.
  refocus(key) {
    this.lostFocus = null;
    if (!key) return;
    const same = this.el.querySelector(`${key}:not(:disabled)`);
    if (same) same.focus();
    else if (this.busy) this.lostFocus = key;
    else this.el.querySelector('button:not(:disabled), a[href]')?.focus();
  },

  // Runs a verb that returns a promise; meanwhile the view is busy, and a problem stays where it happened.
  async act(verb) {
    if (this.busy) return undefined;
    this.busy = true;
    this.problem = null;
    this.paintSoon();
    try {
      return await verb();
    } catch (error) {
      this.problem = Problem.of(error).unsure('Look whether it was done before you try again.');
      return undefined;
    } finally {
      this.busy = false;
      this.paintSoon();
    }
  },

  // That there is none of this number, or that it is no number, is an answer, too: `missing` is told it.
  loadOr(missing) {
    return this.model.load().catch((error) => {
      const problem = Problem.of(error);
      if (![400, 404].includes(problem.status)) throw error;
      missing(problem);
    });
  },

  own(view) {
    (this.parts ||= []).push(view);
    return view;
  },

  remove() {
    painter.drop(this);
    (this.parts || []).forEach((part) => part.remove());
    return Backbone.View.prototype.remove.call(this);
  }
});
