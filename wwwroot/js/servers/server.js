// A virtual test machine: its state, who has it, what runs on it, and the verbs a person has for it.
import { Backbone, _ } from '../page/libraries.js';
import { me } from '../access/me.js';
import * as api from '../live/api.js';
import * as addresses from '../page/addresses.js';
import * as format from '../page/format.js';
import { hosts } from './host.js';

// qa2 comes before qa10.
const order = new Intl.Collator('en', { numeric: true });

export const Server = Backbone.Model.extend({
  idAttribute: 'name',
  urlRoot: 'api/servers',
  url() { return api.path('servers', this.id); },
  href() { return addresses.server(this.id); },

  isRunning() { return ['running', 'idle'].includes(this.get('state')); },
  isFree() { return !this.get('reservation') && !this.whyNot(); },
  // Why its reader cannot have it, whoever holds it: it cannot be used now, or is others' alone.
  whyNot() {
    const { unusable, protected: own } = this.attributes;
    if (unusable || !own || own.groups.some((group) => me.get('groups')?.includes(group))) return unusable || null;
    return own.why;
  },
  isMine() { return this.holder() !== null && this.holder() === me.get('name'); },
  ownNumber() { return this.isMine() ? { number: this.get('reservation').number } : {}; },
  holder() { return this.get('reservation')?.holder ?? null; },
  canBuild() { return !me.onlyReads() && !this.whyNot() && (this.isMine() || this.isFree()); },

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

  // What a build would change, without building; asking the repository can take a while.
  async plan(wish, signal) {
    const query = new URLSearchParams(wish).toString();
    return (await api.read(`${api.path('servers', this.id, 'plan')}?${query}`, null, signal)).body;
  },

  // The write succeeded: a failing look afterwards is the live page's business, not the writer's.
  renew() { return this.fetch().catch(() => null); },

  matches(wanted) {
    const { reservation, configuration, build } = this.attributes;
    return format.matches([this.id, this.get('host'), reservation?.holder, reservation?.purpose,
      configuration?.app, configuration?.path, build?.app, build?.path], wanted);
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

  take(server) { this.set([server], { remove: false }); }
});

export const servers = new Servers();
