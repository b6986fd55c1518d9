// What is said of messages: no document is known here.
import * as addresses from '../page/addresses.js';
import * as format from '../page/format.js';

const icons = {
  yourTurn: 'yours', free: 'free', given: 'yours', shared: 'yours', buildSucceeded: 'succeeded', buildFailed: 'failed',
  takenOver: 'out', placeOver: 'out', endsSoon: 'waiting', newEnd: 'waiting', baseStale: 'crashed',
  outOfService: 'service', backInService: 'free', restoreFailed: 'failed', pathGone: 'paused',
  repositorySilent: 'paused', savepointEnds: 'waiting', power: 'off',
  notMade: 'failed', serverGoes: 'waiting'
};

// What one can choose to be told, in the order in which it is shown.
export const wishes = {
  yourTurn: 'It is my turn', placeOver: 'My place in a line is over', free: 'A server that I watch is free',
  newEnd: 'A server that I wait for has another end', endsSoon: 'My reservation ends soon',
  takenOver: 'My server is taken over', asked: 'Somebody asks for my server', answered: 'Somebody has answered me',
  given: 'I am given a server', shared: 'A server is shared with me',
  outOfService: 'My server, or one I wait for, is out of service', backInService: 'It is in service again',
  power: 'My server was started, shut down or reset',
  buildSucceeded: 'My build has succeeded', buildFailed: 'My build has failed',
  pathGone: 'The branch that my server follows is gone', repositorySilent: 'Its repository does not answer',
  savepointEnds: 'A savepoint is dropped soon',
  notMade: 'A server for me could not be made', serverGoes: 'A server that I had is deleted soon',
  baseStale: 'A base is stale', restoreFailed: 'A restore has failed'
};

export const iconOf = (message) => icons[message.kind] || 'bell';

// Where one sees more of it; null: nowhere.
export function addressOf(message) {
  if (message.build) return addresses.build(message.build);
  if (message.restore) return addresses.restore(message.restore);
  if (message.server) return addresses.server(message.server);
  return message.base ? '#/bases' : null;
}

export const bellLabel = (unseen) => unseen ? `Messages, ${unseen} not seen` : 'Messages';

// For a screen reader, when some are new: the newest as it is, the others by their number.
export function announcement(unseen) {
  if (!unseen.length) return '';
  const others = format.count(unseen.length - 1, 'other message', 'other messages');
  return `Message: ${unseen[0].text}${unseen.length > 1 ? ` And ${others}.` : ''}`;
}

export const titleOf = (name, unseen) => `${unseen ? `(${unseen}) ` : ''}${name} · Test server console`;
