// Steps of a build or a restore, in the words of the `step-list` template.
import * as format from '../page/format.js';
import * as time from '../page/time.js';

const shapes = { waiting: 'waiting', queued: 'waiting' };

// States keep the API's words; each has a shape of its own.
export const stateTemplate = (state) => ({ word: state, icon: shapes[state] || state });

// What has ended took so long; what runs has taken so long by now.
export function took(part) {
  if (part.seconds !== null && part.seconds !== undefined) return format.seconds(part.seconds);
  return part.startedAt && !part.endedAt ? format.seconds(Math.floor(time.secondsSince(part.startedAt))) : '';
}

// What a step does side by side; it says for all of them what they say themselves.
const strandTemplate = (strand) => ({
  name: strand.name,
  state: strand.state,
  icon: stateTemplate(strand.state).icon,
  bar: strand.state === 'running' ? format.bar(strand.progress, strand.name) : null,
  note: time.said(strand.waitsFor ? `waits: ${strand.waitsFor}` : strand.message) || null
});

const saidByStrands = (step) => step.strands?.length && ['running', 'succeeded'].includes(step.state);

// `commands` are those of the step after code and database.
export function stepsTemplate(steps, commands) {
  // What that step runs, until it has something to say itself.
  const toRun = (step) => step.name === 'after' && ['waiting', 'running'].includes(step.state);
  const planned = (step) => ((toRun(step) && commands) || []).join(' · ');
  const waits = (step) => (step.waitsFor && step.state !== 'succeeded' ? `waits: ${step.waitsFor}` : null);
  const words = (step) => [waits(step), step.message].filter(Boolean).join(' · ');
  return (steps || []).map((step) => ({
    name: step.name,
    state: step.state,
    icon: stateTemplate(step.state).icon,
    took: took(step),
    bar: step.state === 'running' ? format.bar(step.progress, step.name) : null,
    note: (!saidByStrands(step) && time.said(words(step))) || planned(step) || null,
    strands: step.strands?.length ? { each: step.strands.map(strandTemplate) } : null
  }));
}
