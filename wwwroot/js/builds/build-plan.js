// What a build will do, in one sentence, before anybody clicks: what is wished, on a server with the configuration
// `now`; its database comes from the base `name`, of which `base` says what is known. Where an app has several
// databases, `several` has each with its name, its base, and what is known of that.
import * as format from '../page/format.js';
import { nightOf } from './base-choice.js';

export function buildPlan(wish, now, name, base, several = []) {
  if (!wish.app) return 'The console knows no app: its settings name none, or it does not answer.';
  const deeds = [];
  if (wish.database && several.length > 1) deeds.push(`replaces the databases by fresh copies, ${listOf(several)},`);
  else if (wish.database) deeds.push(`replaces the database by a fresh copy of ${name}${ageOf(base)}`);
  if (wish.code) deeds.push(codeOf(wish, now));
  if (!deeds.length) return 'Choose the database, the code, or both.';
  const text = deeds.join(' and ').replace(/,$/, '');
  return `${text[0].toUpperCase()}${text.slice(1)}${restOf(wish, several.length > 1)}.`;
}

function restOf(wish, areSeveral) {
  if (wish.database && wish.code) return '';
  if (wish.database) return '; the code stays as it is';
  return areSeveral ? '; the databases stay as they are' : '; the database stays as it is';
}

const listOf = (several) =>
  several.map(({ name, base, facts }) => `${name} from ${base}${ageOf(facts)}`).join(', ');

const ageOf = (base) => (base?.dataTime ? ` (data of ${nightOf(base)})` : '');

function codeOf({ app, path, revision }, now) {
  const wanted = revision ? format.revision(revision).short : null;
  const at = wanted ? ` at ${wanted}` : '';
  if (!path) return 'checks out the code';
  if (now?.app !== app) return `checks out ${path}${at}`;
  if (now.path === path) return `updates the code in ${path} to ${wanted || 'its newest revision'}`;
  return `switches the code from ${now.path} to ${path}${at}`;
}
