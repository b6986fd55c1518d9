// From which base each database of an app is made: what is chosen, what a server has, and the words for both.
import * as format from '../page/format.js';
import * as time from '../page/time.js';

// Of a build, a history entry or a configuration: the base of each of its databases, by the database's name.
export const basesOf = (from) =>
  from?.bases || Object.fromEntries((from?.databases || []).map(({ name, base }) => [name, base]));

// The base of each database, in the app's order: the one that was chosen, the one that the console would take, the one
// that is there, the usual one. What the settings do not list any more is none of them.
export function chosenBases(databases, ...by) {
  return (databases || []).map(({ name, bases }) => {
    const known = by.map((one) => one?.[name]).find((base) => bases.includes(base));
    return { name, base: known || bases[0] };
  });
}

// What of a choice can be asked for: only what the settings list.
export function askedBases(databases, chosen) {
  const listed = (databases || []).filter(({ name, bases }) => bases.length > 1 && bases.includes(chosen[name]));
  return Object.fromEntries(listed.map(({ name }) => [name, chosen[name]]));
}

// As an address has it: default:shop_small,reports:reports
export const basesText = (bases) => Object.entries(bases).map((pair) => pair.join(':')).join(',');

// `facts` gives what is known of a base.
export function baseText(base, facts) {
  const known = facts(base);
  if (!known) return base;
  const data = known.exists === false ? 'never restored' : known.dataTime && `data of ${nightOf(known)}`;
  return [base, format.size(known.size), data].filter(Boolean).join(' · ');
}

export function nightOf(base) {
  const doubt = base.dataDoubt ? ', age unknown' : base.stale ? ', stale' : '';
  return `${time.night(new Date(base.dataTime))}${doubt}`;
}

// A field for each database that may be made from several bases.
export function choiceFields(databases, chosen, facts) {
  return (databases || []).filter(({ bases }) => bases.length > 1).map(({ name, bases }) => ({
    name,
    label: databases.length > 1 ? `Base of ${name}` : 'Base',
    options: bases.map((base) => ({
      base, text: baseText(base, facts), chosen: chosen.some((one) => one.name === name && one.base === base)
    }))
  }));
}

// Databases that a server has or had, each with its base and its time.
export const databasesTemplate = (databases, words, isStale) =>
  (databases?.length ? databases.map((one) => ({
    name: one.name,
    base: one.base,
    database: one.database,
    host: one.host || null,
    method: one.method || null,
    data: time.of(one.dataTime, words),
    stale: Boolean(isStale?.(one))
  })) : null);
