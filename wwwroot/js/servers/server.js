// A virtual test machine: its state, who has it, what runs on it, and the verbs a person has for it.
import { Backbone, _ } from '../page/libraries.js';
import { me } from '../access/me.js';
import { basesText } from '../builds/base-choice.js';
import * as api from '../live/api.js';
import * as addresses from '../page/addresses.js';
import { isBroken } from './choice.js';
import { hosts } from './host.js';

// qa2 comes before qa10.
const order = new Intl.Collator('en', { numeric: true });

export const Server = Backbone.Model.extend({
  idAttribute: 'name',
  urlRoot: 'api/servers',
  url() { return api.path('servers', this.id); },
  href() { return addresses.server(this.id); },

  isRunning() { return ['running', 'idle'].includes(this.get('state')); },
  isFree() { return !this.get('reservation') && !this.whyNot() && !this.isForOthers(); },
  // Why its reader cannot have it, whoever holds it: it cannot be used now, or is others' alone.
  whyNot() { return this.get('unusable') || this.whyOthers(); },
  whyOthers() {
    const own = this.get('protected');
    return !own || own.groups.some((group) => me.get('groups')?.includes(group)) ? null : own.why;
  },
  // Out of service, for an administrator, who builds on it all the same.
  isForRepair() {
    const { service, problem } = this.attributes;
    return Boolean(service) && me.isAdministrator() && this.isRunning() && !problem && !this.whyOthers();
  },
  // Who holds it can start it: it can be reserved for that.
  canBeStarted() {
    const { power, state, problem } = this.attributes;
    return Boolean(power?.includes('start')) && ['shut off', 'crashed'].includes(state) && !problem;
  },
  canBeReserved() {
    const { reservation, service } = this.attributes;
    const stopped = this.canBeStarted() && !reservation && !service && !this.whyOthers() && !this.isForOthers();
    return this.isFree() || stopped;
  },
  canSwitch() {
    return Boolean(this.get('power')) && !me.onlyReads() && (this.isMine() || me.isAdministrator());
  },
  isMine() { return this.holder() !== null && this.holder() === me.get('name'); },
  ownNumber() { return this.isMine() ? { number: this.get('reservation').number } : {}; },
  holder() { return this.get('reservation')?.holder ?? null; },
  canBuild() {
    const isOpen = this.isForRepair() ? !this.get('reservation') : this.isFree();
    const isUsable = this.isForRepair() || !this.whyNot();
    return !me.onlyReads() && isUsable && (this.isMine() || this.isShared() || isOpen);
  },
  // Whether it has code that moves, as far as its page knows: what a tag is, the repository says.
  canFollow() {
    const { configuration, other, following } = this.attributes;
    return !following && !other && Boolean(configuration?.path) && (this.isMine() || this.isShared())
      && !me.onlyReads();
  },
  canStopFollowing() {
    return Boolean(this.get('following')) && !me.onlyReads()
      && (this.isMine() || this.isShared() || me.isAdministrator());
  },
  isShared() { return Boolean(this.get('reservation')?.sharedWith.includes(me.get('name'))); },

  // Of those who wait: the one whose turn it is, or the first.
  first() { return this.get('line')?.turn?.person ?? this.get('line')?.waiting[0]?.person ?? null; },
  isForOthers() { return this.first() !== null && this.first() !== me.get('name'); },
  isMyTurn() { return this.get('line')?.turn?.person === me.get('name'); },
  isWaitedFor() { return Boolean(this.get('line')?.waiting.length); },
  ownPlace() { return this.get('line')?.waiting.find(({ person }) => person === me.get('name')); },
  waits() { return Boolean(this.ownPlace()); },
  watches() { return Boolean(this.get('line')?.watching.includes(me.get('name'))); },

  async reserve(wish) {
    const reservation = await api.write('PUT', api.path('servers', this.id, 'reservation'), wish);
    await this.renew();
    return reservation;
  },

  // Answers the reservation when the build that runs holds it to its end. `builds` says what becomes of that build.
  async release(number, builds) {
    const query = new URLSearchParams(_.pick({ number, builds }, (value) => value !== undefined));
    const held = await api.write('DELETE', `${api.path('servers', this.id, 'reservation')}?${query}`);
    await this.renew();
    return held;
  },

  async takeOver(wish, key) {
    const path = api.path('servers', this.id, 'reservation', 'takeover');
    const reservation = await api.write('POST', path, wish, key);
    await this.renew();
    return reservation;
  },

  async undoRelease(number, key) {
    const undone = await api.write('POST', api.path('servers', this.id, 'reservation', 'undo'), { number }, key);
    await this.renew();
    return undone;
  },

  // Ask, answer, give, share.
  async tell(verb, wish, key) {
    const answer = await api.write('POST', api.path('servers', this.id, 'reservation', verb), wish, key);
    await this.renew();
    return answer;
  },

  // A place in the line, or with `watch` only the wish to be told.
  async join(wish, key) {
    const place = await api.write('POST', api.path('servers', this.id, 'line'), wish, key);
    await this.renew();
    return place;
  },

  async leave() {
    await api.write('DELETE', api.path('servers', this.id, 'line'));
    await this.renew();
  },

  // Out of service, or back; answers what holds then.
  async putService(wish, key) {
    const { service } = await api.write('PUT', api.path('servers', this.id, 'service'), wish, key);
    await this.renew();
    return service;
  },

  // New commits of the branch that is on it are built by themselves; answers what it follows.
  async follow(wish, key) {
    const following = await api.write('PUT', api.path('servers', this.id, 'follow'), wish, key);
    await this.renew();
    return following;
  },

  async stopFollowing() {
    await api.write('DELETE', api.path('servers', this.id, 'follow'));
    await this.renew();
  },

  // Start, shut down, reset; answers a sentence.
  async switchPower(action, key) {
    const wish = { action, ...(this.get('reservation') ? { number: this.get('reservation').number } : {}) };
    const { message } = await api.write('POST', api.path('servers', this.id, 'power'), wish, key);
    await this.renew();
    return message;
  },

  // What a build would change, without building; asking the repository can take a while.
  async plan(wish, signal) {
    const bases = wish.bases && { bases: basesText(wish.bases) };
    const query = new URLSearchParams({ ...wish, ...bases }).toString();
    return (await api.read(`${api.path('servers', this.id, 'plan')}?${query}`, null, signal)).body;
  },

  // The write succeeded: a failing look afterwards is the live page's business, not the writer's.
  renew() { return this.fetch().catch(() => null); },

  // What the board counts, sorts and looks for (choice.js, groups.js).
  toFacts() {
    const { host, reservation, configuration, build, unusable, tags, service } = this.attributes;
    const { app, path } = configuration || {};
    return {
      name: this.id, host, app, path, holder: this.holder(), until: reservation?.until ?? null,
      likely: this.ownPlace()?.likely,
      free: this.isFree(), mine: this.isMine(), turn: this.isMyTurn(), waits: this.waits(), building: Boolean(build),
      running: this.isRunning(), usable: !unusable, broken: isBroken(this.attributes, this.isRunning()),
      texts: [this.id, host, this.holder(), reservation?.purpose, app, path, build?.app, build?.path, service?.note,
        ...tags || [], ...this.get('beside') || []]
    };
  }
});

export const Servers = Backbone.Collection.extend({
  model: Server,
  url: 'api/servers',
  comparator: (one, other) => order.compare(one.id, other.id),

  parse(answer) {
    hosts.set(answer.hosts || []);
    return answer.servers;
  },

  take(server) { this.set([server], { remove: false }); },

  // Any that is free.
  async reserveAny(wish, key) {
    const taken = await api.write('POST', 'api/reservations', wish, key);
    await this.get(taken.server)?.renew();
    return taken;
  }
});

export const servers = new Servers();
