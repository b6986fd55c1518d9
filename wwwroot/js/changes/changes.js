// What differs between two configurations: the one that is there and the one that is wanted, or two entries of a
// history. The API's answer, in the words of the `changes` template.
import * as format from '../page/format.js';
import * as time from '../page/time.js';
import { settingsTemplate } from './settings.js';

const shown = 8;   // commits before the rest is folded

function databaseTemplate({ name, base, from: former, method, now, then, nowDoubt, thenDoubt, why }) {
  if (!now && !then) return null;
  const from = now && new Date(now), to = then && new Date(then);
  const apart = from && to && !nowDoubt && !thenDoubt ? time.apart(from, to) : null;
  return {
    title: name ? `Database ${name}` : 'Database',
    nowBase: (name && now && (former || base)) || null,
    thenBase: name ? base : null,
    doubt: time.said(thenDoubt) || null,
    why: time.said(why) || null,
    now: time.of(now, time.night),
    then: time.of(then, time.night),
    note: [apart, { spare: 'from a spare', copy: 'by a plain copy' }[method]].filter(Boolean).join(', ')
  };
}

function relation(code) {
  if (!code.from) return 'Nothing is there yet: checked out for the first time.';
  const number = (side) => code.commits.filter((commit) => commit.side === side).length;
  const many = (side) => `${code.more ? 'at least ' : ''}${format.count(number(side), 'revision', 'revisions')}`;
  const sides = [['new', 'to come'], ['gone', 'to go']].filter(([side]) => number(side))
    .map(([side, word]) => `${many(side)} ${word}`).join(', ');
  const where = code.from.path === code.to.path ? 'Another line of history' : 'Another branch';
  return {
    same: 'The same revision.',
    forward: number('new') ? `${many('new')} forward.` : 'Forward.',
    back: number('gone') ? `${many('gone')} back.` : 'Back.',
    other: `${where}${sides ? `: ${sides}` : ''}.`
  }[code.relation] || '';
}

function changedIn({ to, lastChanged }) {
  const text = format.lastChanged(to.revision, lastChanged);
  return text && `${to.path} at ${format.revision(to.revision).short}: ${text}.`;
}

const commit = (one) => ({
  side: one.side,
  mark: one.side === 'gone' ? '−' : '+',
  word: one.side === 'gone' ? 'goes:' : 'comes:',
  revision: format.revision(one.revision),
  author: one.author,
  at: time.of(one.at, time.when),
  message: one.message
});

const place = (at) => at && { path: at.path, revision: format.revision(at.revision) };

function codeTemplate(code, planned) {
  const commits = code.commits.map(commit), rest = commits.slice(shown);
  return {
    from: place(code.from),
    to: place(code.to),
    relation: code.problem ? '' : [relation(code), changedIn(code)].filter(Boolean).join(' '),
    fails: planned && code.missing ? time.said(code.problem) : null,
    unknown: planned && code.missing ? null : time.said(code.problem),
    commits: commits.slice(0, shown),
    rest: rest.length > 0 && { commits: rest, text: `${rest.length} more` },
    cut: code.more ? `Only the newest ${commits.length} are listed.` : null
  };
}

// Of a database that stays, beside the code that comes; nothing to say when they fit.
function migrationsTemplate({ unknown, pending, advice }) {
  if (!unknown.length && !pending.length) return null;
  return { advice, unknown: unknown.join(', ') || null, pending: pending.join(', ') || null };
}

// `planned`: asked before a build, which would fail on what the repository does not have.
export const changesTemplate = (changes, planned) => ({
  refusal: time.said(changes.refusal),
  failure: time.said(changes.code?.missing ? null : changes.failure),
  leftOut: (changes.leftOut || []).map(time.said),
  databases: changes.database && (changes.databases || [changes.database]).map(databaseTemplate).filter(Boolean),
  code: changes.code && codeTemplate(changes.code, planned),
  migrations: changes.migrations && migrationsTemplate(changes.migrations),
  settings: changes.settings?.length ? settingsTemplate(changes.settings) : null,
  idle: Boolean(changes.nothing),
  nothing: !changes.database && !changes.code && !changes.settings?.length
});
