// A server in the words of the templates. Status is one word, with a shape and a colour that say the same.
import { _ } from '../page/libraries.js';
import { me } from '../access/me.js';
import { apps } from '../apps/apps.js';
import { bases } from '../bases/base.js';
import { databasesTemplate } from '../builds/base-choice.js';
import { builds } from '../builds/build.js';
import { estimate } from '../builds/estimate.js';
import { stateTemplate } from '../builds/steps.js';
import * as addresses from '../page/addresses.js';
import * as format from '../page/format.js';
import * as time from '../page/time.js';
import { holdWords } from '../reservations/hold.js';
import { lineWords } from '../reservations/line.js';
import { followingTemplate } from './following.js';
import { hosts } from './host.js';

const halfWay = 'A checkout ended half-way: files of what was there before are among these. Build the code again.';
const shapes = { 'shut off': 'off', paused: 'paused', pmsuspended: 'paused', crashed: 'crashed' };

export function statusOf(server) {
  const { state } = server.attributes;
  if (!server.isRunning()) return { word: format.stateOf(server.attributes), icon: shapes[state] || 'unknown' };
  if (server.isMyTurn() && !server.get('unusable')) return { word: 'your turn', icon: 'yours' };
  if (server.isFree()) return { word: 'free', icon: 'free' };
  if (!server.get('reservation')) {
    if (server.get('service')) return { word: 'out of service', icon: 'service' };
    if (server.get('unusable')) return { word: 'unusable', icon: 'unknown' };
    return server.whyNot() ? { word: 'protected', icon: 'protected' } : { word: 'held', icon: 'reserved' };
  }
  return server.isMine() ? { word: 'yours', icon: 'yours' } : { word: 'reserved', icon: 'reserved' };
}

function configurationTemplate(server) {
  const now = server.get('configuration');
  if (!now) return null;
  const other = server.get('other');
  const stale = !now.dataDoubt && bases.isStale(apps.baseOf(now.app, now), now.dataTime);
  const newer = newerData(server);
  return {
    app: now.app,
    path: now.path,
    beside: server.get('beside')?.join(', '),
    incomplete: now.incomplete ? halfWay : null,
    revision: format.revision(now.revision),
    changed: format.lastChanged(now.revision, now.lastChanged),
    data: time.of(now.dataTime, now.dataDoubt ? time.dataDay : time.data),
    dataDoubt: time.said(now.dataDoubt) || null,
    databaseHost: now.host || null,
    base: now.databases ? apps.baseOf(now.app, now) : null,
    databases: databasesHere(now, Boolean(now.dataTime) && newestData(server) !== null && !newer),
    savepoint: savepointWords(now.savepoint, server),
    stale,
    newest: stale && server.canBuild() && newer ? time.of(newer, time.night) : null,
    isNewest: Boolean(now.dataTime) && !now.dataDoubt && newestData(server) !== null && !newer,
    staleness: stale || now.dataDoubt ? 'stale' : '',
    at: time.of(now.at),
    other: other && time.said(other.message),
    otherwise: (server.get('otherwise') || []).map((one) => time.said(one.message)).join(' ') || null,
    by: now.by,
    build: now.build,
    buildHref: now.build ? addresses.build(now.build) : null,
    result: now.result && !other ? stateTemplate(now.result) : null,
    resultWord: now.result,
    bad: Boolean(now.result) && now.result !== 'succeeded',
    message: other ? '' : time.said(now.message)
  };
}

// What is known of the usual one's time, the configuration says.
function databasesHere(now, isNewest) {
  const usual = apps.baseOf(now.app, now);
  return databasesTemplate(now.databases, time.data, (one) => bases.isStale(one.base, one.dataTime))?.map((one) => {
    const doubt = (one.base === usual && time.said(now.dataDoubt)) || null;
    return {
      ...one, doubt, stale: one.stale && !doubt, staleness: one.stale || doubt ? 'stale' : '',
      newestThere: one.base === usual && isNewest && !doubt
    };
  }) || null;
}

function savepointWords(mark, server) {
  return mark ? { ...mark, of: mark.of === server.id ? null : mark.of, at: time.of(mark.at) } : null;
}

// The data time of the base of what is here, or null; also when it is not to be believed.
export function newestData(server) {
  const now = server.get('configuration');
  const base = bases.get(apps.baseOf(now?.app, now));
  return base?.get('dataDoubt') ? null : base?.get('dataTime') ?? null;
}

export function canRenewData(server) {
  const now = server.get('configuration');
  return Boolean(now?.path && !now.incomplete && !server.get('other') && apps.baseOf(now.app));
}

// The base's data, when it is newer than what is here and can be put under the code that is here.
export function newerData(server) {
  const now = server.get('configuration');
  const newest = newestData(server);
  if (!newest || !canRenewData(server)) return null;
  return !now.dataTime || now.dataDoubt || new Date(newest) > new Date(now.dataTime) ? newest : null;
}

function buildTemplate(server) {
  const build = server.get('build');
  if (!build) return null;
  const guess = estimate(_.extend({}, builds.get(build.id)?.attributes, build));
  return {
    id: build.id,
    estimate: guess,
    hint: [`Build ${build.id}: ${build.app} ${build.path}`,
      guess && `${guess.word} ${guess.text}`.toLowerCase(),
      build.waiting && `${build.waiting} more ${build.waiting === 1 ? 'waits' : 'wait'}`].filter(Boolean).join(', '),
    app: build.app,
    path: build.path,
    step: build.step || '',
    behind: build.waiting || null,
    href: addresses.build(build.id),
    status: stateTemplate(build.state),
    bar: build.state === 'running' ? format.bar(build.progress, `${build.step || 'build'} on ${server.id}`) : null
  };
}

// Told once it could not be done at once: after an ordinary cancel it is a matter of seconds.
function cleaningTemplate(server) {
  const cleaning = server.get('cleaning');
  if (!cleaning?.problem) return null;
  const text = `What build ${cleaning.build} left here is cleaned up as soon as ${server.id} answers.`;
  return { text: `${text} ${time.said(cleaning.problem)}`, icon: 'crashed' };
}

// In the row it is a sign where the status says something else; the reason stands where buttons would.
function serviceTemplate(server) {
  const service = server.get('service');
  if (!service) return null;
  return {
    icon: 'service', note: service.note, by: service.by, since: time.of(service.since), until: time.of(service.until),
    sign: statusOf(server).icon !== 'service'
  };
}

// The address is worth a link when something answers there.
export function outOf(server) {
  return !server.get('unusable') && server.get('configuration') ? format.address(server.get('url')) : null;
}

export function serverTemplate(server) {
  return {
    name: server.id,
    host: server.get('host'),
    manyHosts: hosts.length > 1,
    href: server.href(),
    address: server.get('address'),
    out: outOf(server) && { url: outOf(server), icon: 'out' },
    status: statusOf(server),
    old: server.get('problem') ? time.of(server.get('asOf')) : null,
    asOf: server.get('problem') ? time.of(server.get('asOf')) : null,
    cleaning: cleaningTemplate(server),
    service: serviceTemplate(server),
    tags: server.get('tags')?.length ? { names: server.get('tags') } : null,
    reservation: holdWords(server),
    goes: time.of(server.get('goes')),
    line: lineWords(server.get('line'), me.get('name')),
    configuration: configurationTemplate(server),
    build: buildTemplate(server),
    following: followingTemplate(server.get('following')),
    setAside: (server.get('setAside') || []).map((one) => ({ ...one, since: time.of(one.since, time.ago) })),
    unusable: time.said(server.whyNot())
  };
}
