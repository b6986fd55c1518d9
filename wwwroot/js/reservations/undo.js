// Says that a server was released, and takes that back when somebody wants it: for as long as the notice stands, which
// is a little less than the console's ten seconds, as they begin with its answer.
import { Problem } from '../live/problem.js';
import { notice, noticeDone } from '../page/notice.js';
import * as time from '../page/time.js';

export function noticeReleased(model, number, text) {
  noticeDone(text, { name: 'back', word: 'Undo', run: () => undo(model, number) });
}

async function undo(model, number) {
  try {
    const { reservation, cancelledBuild } = await model.undoRelease(number);
    const build = cancelledBuild ? ` Build ${cancelledBuild} was cancelled by the release.` : '';
    noticeDone(`${model.id} is yours again until ${time.when(new Date(reservation.until))}.${build}`);
  } catch (error) {
    const { title, detail } = Problem.of(error);
    notice([title, time.said(detail)].join(' ').trim());
  }
}
