// Put a server out of service, with a note and an end if there is one; change either; put it back. Each can be undone
// for as long as its notice stands.
import { _ } from '../page/libraries.js';
import { me } from '../access/me.js';
import { Problem } from '../live/problem.js';
import { Dialog } from '../page/dialog.js';
import { notice, noticeDone } from '../page/notice.js';
import * as time from '../page/time.js';
import { endChoice } from '../reservations/end-choice.js';
import { holdWords } from '../reservations/hold.js';

const maxHours = 8784;
const wishOf = (service) => (service ? { out: true, ..._.pick(service, 'note', 'until') } : { out: false });

export const ServiceDialog = Dialog.extend(_.extend({}, endChoice, {
  template: 'service-dialog',
  moreEvents: _.extend({ 'input input': 'changed' }, endChoice.endEvents),

  initialize() {
    this.seen = this.model.get('service');
    this.word = this.seen ? 'Save' : 'Put out of service';
  },

  data() {
    const { seen, model } = this;
    const end = this.endTemplate(seen?.until ? seen : null, { ...me.get('reservations'), maxHours });
    const none = { key: 'none', word: 'No end', text: 'until it is put back', chosen: !seen?.until };
    this.ends = [none, ...this.ends.map((one) => ({ ...one, chosen: Boolean(seen?.until) && one.chosen }))];
    const title = seen ? `${model.id} is out of service` : `Put ${model.id} out of service`;
    return { ...end, ends: this.ends, title, note: seen?.note || '', now: holdWords(model) };
  },

  serviceEnd() {
    const key = this.chosenEnd();
    if (key === 'none') return {};
    return key === 'same' ? { until: this.seen.until } : this.endWish();
  },

  async send(key) {
    const { seen, model } = this;
    const now = model.get('service');
    if (!seen && now) {
      throw new Problem(0, { title: `${now.by} has put ${model.id} out of service meanwhile.`, detail: now.note });
    }
    const wish = { out: true, note: this.value('note'), ...this.serviceEnd() };
    const after = await model.putService({ ...wish, ...(seen ? { number: seen.number } : {}) }, key);
    const end = after.until ? ` until ${time.when(new Date(after.until))}` : '';
    told(model, `${model.id} is out of service${end}.`, wishOf(seen), after.number);
  }
}), {
  ask(model) { new ServiceDialog({ model }).open(); },

  async putBack(model) {
    const before = model.get('service');
    await model.putService({ out: false, number: before.number });
    told(model, `${model.id} is in service again.`, wishOf(before));
  }
});

function told(model, text, former, number) {
  noticeDone(text, { name: 'back', word: 'Undo', of: model.id, run: () => undo(model, former, number) });
}

async function undo(model, former, number) {
  try {
    const now = await model.putService({ ...former, ...(number ? { number } : {}) });
    noticeDone(`${model.id} is ${now ? 'out of service' : 'in service'} again.`);
  } catch (error) {
    const { title, detail } = Problem.of(error);
    notice([title, time.said(detail)].join(' ').trim());
  }
}
