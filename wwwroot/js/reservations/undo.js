// Says that a server was released, and takes that back when somebody wants it within ten seconds.
import { Problem } from '../live/problem.js';
import { notice } from '../page/notice.js';
import * as time from '../page/time.js';

// A little less than the console's own, which counts from its answer on.
const ms = 9000;

export function noticeReleased(model, number, text) {
  notice(text, { word: 'Undo', ms, run: () => undo(model, number) });
}

async function undo(model, number) {
  try {
    const { reservation, cancelledBuild } = await model.undoRelease(number);
    const build = cancelledBuild ? ` Build ${cancelledBuild} was cancelled by the release.` : '';
    notice(`${model.id} is yours again until ${time.when(new Date(reservation.until))}.${build}`);
  } catch (error) {
    const { title, detail } = Problem.of(error);
    notice([title, time.said(detail)].join(' ').trim());
  }
}
