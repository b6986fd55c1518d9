// Where somebody points, so that nothing slides under the pointer just before the click: what would move or come or go
// there waits until the pointer is elsewhere, or has rested for five seconds. What is written there changes all the
// same.
export const pointer = {
  rest: 5000,
  at: -Infinity,

  watch() {
    const note = ({ clientX: x, clientY: y }) => Object.assign(this, { x, y, at: performance.now() });
    for (const event of ['pointermove', 'pointerdown']) {
      document.addEventListener(event, note, { capture: true, passive: true });
    }
    document.documentElement.addEventListener('pointerleave', ({ pointerType }) => {
      if (pointerType !== 'touch') this.at = -Infinity;   // a finger leaves with every tap
    });
  },

  isOver(element) {
    if (performance.now() - this.at > this.rest || !element?.isConnected) return false;
    if (document.querySelector('dialog[open]')) return false;
    const { left, right, top, bottom } = element.getBoundingClientRect();
    return this.x >= left && this.x < right && this.y >= top && this.y < bottom;
  }
};
