// Under whose reservation a build waits or runs, and what becomes of it when that one has ended.
import * as time from '../page/time.js';
import { endsWith } from '../reservations/hold.js';
import { servers } from '../servers/server.js';

export function holdText(build) {
  const { id, reservation: number, state, by } = build.attributes;
  const server = servers.get(build.get('server'));
  if (build.isOver() || !server || !number) return null;
  const held = server.get('reservation');
  const waits = state === 'queued';
  if (held?.number === number) {
    if (endsWith(server, held) === id) return `The reservation of ${by} ends with this build.`;
    return `${waits ? 'Waits' : 'Runs'} under the reservation of ${by}, until ${time.when(new Date(held.until))}.`;
  }
  if (waits) return 'The reservation under which it waits has ended: it is cancelled when its turn comes.';
  const from = held?.takenFrom;
  if (from?.build !== id) return 'The reservation under which it began has ended.';
  const why = from.reason.replace(/([^.!?])$/, '$1.');
  const fate = from.builds === 'finish' ? 'may finish' : 'is being cancelled';
  return `${held.holder} has taken ${server.id} over: ${why} This build ${fate}.`;
}
