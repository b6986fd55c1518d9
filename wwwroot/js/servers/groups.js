// The order of the board: one's own servers, those that one waits for, and the others, by host where there are several.
const natural = new Intl.Collator('en', { numeric: true });
const last = '\uffff';
const keys = {
  name: () => '', end: ({ until }) => (until ? new Date(until).toISOString() : last),
  holder: ({ holder }) => holder || last, app: ({ app, path }) => (app ? `${app} ${path || ''}` : last)
};
const compare = (keyOf) => (one, other) => {
  const [key, its] = [keyOf(one), keyOf(other)];
  return (key === last) - (its === last) || natural.compare(key, its) || natural.compare(one.name, other.name);
};
// First what is held for one now, then by when it is probably one's turn.
const turn = compare(({ turn: isTurn, likely }) => (isTurn ? '' : likely ? new Date(likely).toISOString() : last));

// Each with its `names` in their order. The first two and, with one host, the last are there also when they are empty.
export function groupsOf(servers, { sort, byHost }) {
  const order = compare(keys[sort]);
  const group = (key, word, of, its = order) => ({
    key, word, names: of.sort(its).map(({ name }) => name), free: of.filter(({ free }) => free).length
  });
  const isWaitedFor = (one) => !one.mine && (one.turn || one.waits);
  const others = servers.filter((one) => !one.mine && !isWaitedFor(one));
  const hosts = [...new Set(others.map(({ host }) => host))].sort(natural.compare);
  return [
    group('mine', 'Mine', servers.filter(({ mine }) => mine)),
    group('soon', 'You wait for', servers.filter(isWaitedFor), turn),
    ...(byHost
      ? hosts.map((host) => ({ ...group(`host ${host}`, host, others.filter((one) => one.host === host)), host }))
      : [group('others', 'Other servers', others)])
  ];
}
