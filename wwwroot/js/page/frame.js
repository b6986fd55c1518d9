// Many events, one paint: views that ask to be drawn are drawn once, in the next animation frame.
// A hidden page gets no frames, so its views wait, each once, until somebody looks.
app.frame = {
  waiting: new Set(),

  add(view) {
    if (!this.waiting.size) requestAnimationFrame(() => this.paint());
    this.waiting.add(view);
  },

  drop(view) { this.waiting.delete(view); },

  paint() {
    const views = [...this.waiting];
    this.waiting.clear();
    views.forEach((view) => view.render());
  }
};
