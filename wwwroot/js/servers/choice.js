// What the board shows of its servers, and in which order. A choice is in the address: #/?show=mine&filter=basket
// Servers are known by their facts (server.js).
import * as format from '../page/format.js';

const soon = 3600000;
const left = ({ until }, now) => (until ? Date.parse(until) - now : Infinity);

export const kinds = [
  { name: 'all', word: 'All', has: () => true, hint: 'in all' },
  { name: 'free', word: 'Free', has: (one) => one.free, hint: 'that can be reserved' },
  { name: 'mine', word: 'Mine', has: (one) => one.mine, hint: 'that you have reserved' },
  { name: 'ending', word: 'Ending soon', has: (one, now) => left(one, now) <= soon,
    hint: 'whose reservation ends within an hour' },
  { name: 'building', word: 'Building', has: (one) => one.building, hint: 'with builds that run or wait' },
  { name: 'broken', word: 'Broken', has: (one) => one.broken,
    hint: 'that run and cannot be used, have crashed, or whose last build did not succeed' },
  { name: 'running', word: 'Switched on', has: (one) => one.running, hint: 'whose machine runs' }
];
export const sorts = [
  { name: 'name', word: 'by name' }, { name: 'end', word: 'by end' }, { name: 'holder', word: 'by holder' },
  { name: 'app', word: 'by app' }
];
const named = (list, name) => list.find((one) => one.name === name) || list[0];

export function choiceOf(query) {
  const said = new URLSearchParams(query || '');
  return {
    kind: named(kinds, said.get('show')).name, wanted: (said.get('filter') || '').slice(0, 100),
    sort: named(sorts, said.get('sort')).name
  };
}

export function addressOf({ kind, wanted, sort }) {
  const said = new URLSearchParams({
    ...(kind === 'all' ? {} : { show: kind }), ...(wanted ? { filter: wanted } : {}),
    ...(sort === 'name' ? {} : { sort })
  }).toString();
  return said ? `#/?${said}` : '#/';
}

export const isNarrow = ({ kind, wanted }) => kind !== 'all' || Boolean(wanted.trim());

export function shows({ kind, wanted }, one, now) {
  return named(kinds, kind).has(one, now) && (!wanted.trim() || format.matches(one.texts, wanted.trim()));
}

export const counted = (number) => format.count(number, 'server', 'servers');

export function chipsOf(servers, kind, now) {
  return kinds.map(({ name, word, has, hint }) => {
    const count = servers.filter((one) => has(one, now)).length;
    return { name, word, count, hint: `${counted(count)} ${hint}`, pressed: String(name === kind) };
  });
}

// When none is free: the server whose reservation ends first.
export function nextEnd(servers, now) {
  if (servers.some(({ free }) => free)) return null;
  const held = servers.filter((one) => one.usable && !one.mine && left(one, now) > 0 && one.until);
  return held.sort((one, other) => left(one, now) - left(other, now))[0] || null;
}

// Whether somebody should look at a server, as the console tells of it.
export function isBroken({ state, unusable, cleaning, configuration }, runs) {
  const failed = configuration?.result && configuration.result !== 'succeeded';
  return state === 'crashed' || Boolean((runs && unusable) || cleaning?.problem || configuration?.incomplete || failed);
}
