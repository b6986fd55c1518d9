// The line for a server in words: whose turn it is, who waits, and where in it its reader is.
import * as addresses from '../page/addresses.js';
import * as format from '../page/format.js';
import * as time from '../page/time.js';

export function lineWords(line, name) {
  if (!line) return null;
  const { turn, waiting, watching } = line;
  const own = waiting.findIndex(({ person }) => person === name);
  return {
    turn: turn && {
      mine: turn.person === name, person: turn.person, until: time.of(turn.until), left: time.left(new Date(turn.until))
    },
    text: waitText(turn ? waiting.filter(({ person }) => person !== turn.person) : waiting, name),
    likely: own > 0 || (own === 0 && !turn) ? time.of(waiting[own].likely) : null,
    waiting: waiting.map((one, index) => ({
      index: index + 1, person: one.person, purpose: one.purpose, likely: time.of(one.likely)
    })),
    watching: watching.length ? format.count(watching.length, 'person watches it', 'people watch it') : null
  };
}

function waitText(waiting, name) {
  if (!waiting.length) return null;
  const at = waiting.findIndex(({ person }) => person === name);
  const { person } = waiting[0];
  if (waiting.length === 1) return at === 0 ? 'you wait for it' : `${person} waits for it`;
  const first = `${waiting.length} wait, ${at === 0 ? 'you are' : `${person} is`} the first`;
  return at > 0 ? `${first}, you are no. ${at + 1}` : first;
}

// One's place in the line for any server, or that one watches.
export function placeWords({ place, app, host, tags, purpose, ahead, watch, likely, turn }) {
  const which = [app, host, ...tags || []].filter(Boolean).join(', ');
  return {
    place, watch, purpose,
    which: which ? ` (${which})` : '',
    number: ahead + 1,
    likely: turn ? null : time.of(likely),
    turn: turn && {
      server: turn.server, href: addresses.server(turn.server), until: time.of(turn.until),
      left: time.left(new Date(turn.until))
    }
  };
}
