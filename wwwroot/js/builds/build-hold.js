// Under whose reservation a build waits or runs, and what becomes of it when that one has ended.
app.Build.prototype.holdText = function () {
  const { id, reservation: number, state, by } = this.attributes;
  const server = app.servers.get(this.get('server'));
  if (this.isOver() || !server || !number) return null;
  const held = server.get('reservation');
  const waits = state === 'queued';
  if (held?.number === number) {
    if (server.endsWith(held) === id) return `The reservation of ${by} ends with this build.`;
    return `${waits ? 'Waits' : 'Runs'} under the reservation of ${by}, until ${app.time.when(new Date(held.until))}.`;
  }
  if (waits) return 'The reservation under which it waits has ended: it is cancelled when its turn comes.';
  const from = held?.takenFrom;
  if (from?.build !== id) return 'The reservation under which it began has ended.';
  const why = from.reason.replace(/([^.!?])$/, '$1.');
  const fate = from.builds === 'finish' ? 'may finish' : 'is being cancelled';
  return `${held.holder} has taken ${server.id} over: ${why} This build ${fate}.`;
};
