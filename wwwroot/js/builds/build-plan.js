// What a build will do, in one sentence, before anybody clicks: what is wished, on a server with the configuration
// `now`; its database comes from the base `name`, of which `base` says what is known.
import * as format from '../page/format.js';
import * as time from '../page/time.js';

export function buildPlan(wish, now, name, base) {
  if (!wish.app) return 'The console knows no app: its settings name none, or it does not answer.';
  const deeds = [];
  if (wish.database) deeds.push(`replaces the database by a fresh copy of ${name}${ageOf(base)}`);
  if (wish.code) deeds.push(codeOf(wish, now));
  if (!deeds.length) return 'Choose the database, the code, or both.';
  const text = deeds.join(' and ');
  return `${text[0].toUpperCase()}${text.slice(1)}${restOf(wish)}.`;
}

function restOf(wish) {
  if (wish.database && wish.code) return '';
  return wish.database ? '; the code stays as it is' : '; the database stays as it is';
}

function ageOf(base) {
  if (!base?.dataTime) return '';
  const doubt = base.dataDoubt ? ', age unknown' : base.stale ? ', stale' : '';
  return ` (data of ${time.night(new Date(base.dataTime))}${doubt})`;
}

function codeOf({ app, path, revision }, now) {
  const wanted = revision ? format.revision(revision).short : null;
  const at = wanted ? ` at ${wanted}` : '';
  if (!path) return 'checks out the code';
  if (now?.app !== app) return `checks out ${path}${at}`;
  if (now.path === path) return `updates the code in ${path} to ${wanted || 'its newest revision'}`;
  return `switches the code from ${now.path} to ${path}${at}`;
}
