// When something waiting will begin and something running will end, from past ones of the same kind. A guess is told as one.
app.estimate = function ({ state, estimatedStart, estimatedEnd }) {
  const waiting = state === 'queued';
  const at = waiting ? estimatedStart : state === 'running' ? estimatedEnd : null;
  const date = at ? new Date(at) : null;
  if (!date || Number.isNaN(date.getTime())) return null;
  if (date <= app.now()) {
    return waiting ? { word: 'Starts', ...app.time.of(at, () => 'in a moment'), more: '' }
      : { word: 'Takes longer than usual: was to end at', ...app.time.of(at, app.time.seconds), more: '' };
  }
  const end = waiting && estimatedEnd ? new Date(estimatedEnd) : null;
  return { word: waiting ? 'Starts' : 'Ends', ...app.time.of(at, app.time.soon), more: end > date ? `, is ready ${app.time.soon(end)}` : '' };
};
