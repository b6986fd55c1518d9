// Many events, one paint: views that ask to be drawn are drawn once, together, and not more often than four times a
// second however much happens. What a person does with the page is drawn in the next frame (`soon`). What takes longer
// than `longest` ms goes on in the next frame, so that clicks come between. A hidden page gets no frames, so its views
// wait, each once, until somebody looks.
export const painter = {
  waiting: new Set(),
  pause: 250,
  longest: 20,
  painted: -Infinity,

  add(view, soon) {
    this.waiting.add(view);
    if (soon) this.ask();
    else this.timer ||= setTimeout(() => this.ask(), Math.max(0, this.painted + this.pause - performance.now()));
  },

  ask() {
    clearTimeout(this.timer);
    this.timer = null;
    this.asked ||= requestAnimationFrame(() => this.paint());
  },

  drop(view) { this.waiting.delete(view); },

  paint() {
    this.asked = null;
    this.painted = performance.now();
    const views = [...this.waiting];
    for (const view of views) {
      if (!this.waiting.delete(view)) continue;   // another one's paint has dropped it
      try {
        view.render();
      } catch (error) {
        reportError(error);   // the others are drawn all the same
      }
      if (this.waiting.size && performance.now() - this.painted > this.longest) { this.ask(); return; }
    }
  }
};
