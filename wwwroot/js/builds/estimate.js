// When something waiting will begin and something running will end, from past ones of the same kind. A guess is told
// as one.
import * as time from '../page/time.js';

export function estimate({ state, estimatedStart, estimatedEnd }) {
  const waiting = state === 'queued';
  const at = waiting ? estimatedStart : state === 'running' ? estimatedEnd : null;
  const date = at ? new Date(at) : null;
  if (!date || Number.isNaN(date.getTime())) return null;
  if (date <= time.now()) {
    return waiting ? { word: 'Starts', ...time.of(at, () => 'in a moment'), more: '' }
      : { word: 'Takes longer than usual: was to end at', ...time.of(at, time.seconds), more: '' };
  }
  const end = waiting && estimatedEnd ? new Date(estimatedEnd) : null;
  const more = end > date ? `, is ready ${time.soon(end)}` : '';
  return { word: waiting ? 'Starts' : 'Ends', ...time.of(at, time.soon), more };
}
