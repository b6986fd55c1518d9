// Says that a server was released, and takes that back when somebody wants it: for as long as the notice stands, which
// is a little less than the console's ten seconds, as they begin with its answer.
import { newKey } from '../live/api.js';
import { Problem } from '../live/problem.js';
import { notice, noticeDone } from '../page/notice.js';
import * as time from '../page/time.js';

export function noticeReleased(model, number, text) {
  const key = newKey();
  const back = { name: 'back', word: 'Undo', of: model.id, run: () => undo(model, number, key, back) };
  noticeDone(text, back);
}

// When the answer is lost it can be asked for again, and is done once.
async function undo(model, number, key, back) {
  try {
    const { reservation, cancelledBuild } = await model.undoRelease(number, key);
    const build = cancelledBuild ? ` Build ${cancelledBuild} was cancelled by the release.` : '';
    noticeDone(`${model.id} is yours again until ${time.when(new Date(reservation.until))}.${build}`);
  } catch (error) {
    const { status, title, detail } = Problem.of(error);
    const text = [title, time.said(detail)].join(' ').trim();
    if (status) notice(text); else noticeDone(text, back);
  }
}
