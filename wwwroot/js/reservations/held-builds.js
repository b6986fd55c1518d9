// The builds under a reservation, and what becomes of them when it ends: the one that runs is cancelled, or may finish;
// those that wait are cancelled. A dialog that ends a reservation shows and asks it, and follows what begins and ends.
import { builds } from '../builds/build.js';
import * as format from '../page/format.js';
import { render } from '../page/templates.js';
import { _ } from '../page/libraries.js';

const waitsText = (waits, running) =>
  `${format.count(waits, 'build waits', 'builds wait')}${running ? ' behind it' : ''}: `
  + `${waits === 1 ? 'it is' : 'they are'} cancelled.`;

export const heldBuilds = {
  drawBuilds() {
    const html = render('held-builds', this.buildsTemplate());
    if (html === this.buildsHtml) return;
    const chosen = this.buildsWish();
    this.buildsHtml = html;
    this.$('.held-builds').html(html);
    if (chosen) this.$(`[name=builds][value=${chosen}]`).prop('checked', true);
  },

  buildsTemplate() {
    const build = this.model.get('build');
    const running = build?.state === 'running';
    const under = running && build.reservation === this.seen?.number;
    const waits = build ? build.waiting + (running ? 0 : 1) : 0;
    const facts = build && { ..._.pick(build, 'id', 'by', 'app', 'path'), server: this.model.id };
    return {
      running: under && { ...facts, cancel: this.fates.cancel, finish: this.fates.finish },
      others: running && !under && facts,
      waits: waits ? waitsText(waits, running) : null
    };
  },

  buildsWish() { return this.el.querySelector('[name=builds]:checked')?.value; },

  // What became of the build that ran, for the line that says what was done.
  async buildsOutcome(build, wish) {
    if (!build) return '';
    if (wish === 'finish') return ` Build ${build.id} may finish.`;
    const model = builds.get(build.id) || builds.add({ id: build.id });
    await model.load().catch(() => null);
    const state = model.get('state');
    const words = { cancelled: 'was cancelled', running: 'is being cancelled', interrupted: 'was interrupted' };
    return state ? ` Build ${build.id} ${words[state] || `had ${state} by then`}.` : '';
  }
};
