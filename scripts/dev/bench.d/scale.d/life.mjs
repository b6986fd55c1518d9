// A week in events: people come, take servers, build, and go; scripts build; branches are followed; each night the
// bases are restored. Builds take turns as the console's lanes do: one copy of a base at a time, a limit for each
// database host, and one spare at a time on each database host, which stands aside for a plain copy of its base.
import { costs } from './costs.mjs';

const hour = 3600, day = 24 * hour;

export function live(fleet, habits, seed) {
  const { number, normal, chance, wait } = chances(seed);
  const events = queue();
  const after = (seconds, act) => events.add(events.now + seconds, act);
  const databases = Array.from({ length: fleet.databaseHosts }, () => ({
    turns: lane(2), bases: [], making: null, busy: 0
  }));
  const apps = Array.from({ length: fleet.apps }, (_, n) => {
    const host = databases[n % databases.length];
    const base = {
      host, gib: habits.gib * Math.exp(habits.unlike * normal()), spares: habits.spares, turns: lane(1), waiting: 0
    };
    host.bases.push(base);
    return { base, weight: 1 / ((n + 1) ** habits.popularity), held: 0 };
  });
  const weights = apps.reduce((sum, app) => sum + app.weight, 0);
  const week = {
    builds: 0, withDatabase: 0, fromSpare: 0, refused: 0, restores: 0, changes: 0, lastBaseAt: 0,
    most: { held: 0, present: 0, changesPerMinute: 0, buildsPerMinute: 0, buildsPerDay: 0 },
    databases, waits: []
  };
  let held = 0, present = 0;
  const perMinute = counter(60), buildsPerMinute = counter(60), perDay = counter(day);

  const change = (count = 1) => {
    week.changes += count;
    week.most.changesPerMinute = Math.max(week.most.changesPerMinute, perMinute(events.now, count));
  };

  // One spare at a time on a host, the next base that lacks one first.
  function makeSpares(host) {
    if (host.making) return;
    const base = host.bases.find((b) => b.spares < habits.spares && b.waiting === 0 && b.turns.free());
    if (!base) return;
    const job = host.making = { base, since: events.now, over: false };
    after(copySeconds(base), () => {
      if (job.over) return;
      host.making = null;
      host.busy += copySeconds(base);
      base.spares += 1;
      makeSpares(host);
    });
  }

  function standAside(base) {
    const { making } = base.host;
    if (making?.base !== base) return;
    making.over = true;
    base.host.busy += events.now - making.since;
    base.host.making = null;
  }

  function database(base, then) {
    const asked = events.now;
    base.waiting += 1;
    base.turns.enter((leave) => {
      base.waiting -= 1;
      const end = () => {
        leave();
        week.waits.push(events.now - asked);
        makeSpares(base.host);
        then();
      };
      if (base.spares > 0) {
        base.spares -= 1;
        week.fromSpare += 1;
        after(costs.swap, end);
        return;
      }
      standAside(base);
      base.host.turns.enter((leaveHost) => {
        base.host.busy += copySeconds(base);
        after(copySeconds(base), () => { leaveHost(); end(); });
      });
    });
  }

  function build(app, wanted) {
    week.builds += 1;
    if (wanted.database) week.withDatabase += 1;
    week.most.buildsPerMinute = Math.max(week.most.buildsPerMinute, buildsPerMinute(events.now, 1));
    week.most.buildsPerDay = Math.max(week.most.buildsPerDay, perDay(events.now, 1));
    let open = Number(wanted.database) + Number(wanted.code);
    const ended = () => { open -= 1; if (open === 0) after(costs.settings, () => change(3)); };
    change(3);   // accepted, begun, and a step at least
    if (wanted.database) database(app.base, ended);
    if (wanted.code) after(costs.checkout, ended);
  }

  function someApp() {
    let left = number() * weights;
    return apps.find((app) => (left -= app.weight) <= 0) ?? apps[0];
  }

  function hold(app, seconds) {
    if (held >= fleet.servers) {
      week.refused += 1;
      return false;
    }
    held += 1;
    app.held += 1;
    week.most.held = Math.max(week.most.held, held);
    change();
    after(seconds, () => { held -= 1; app.held -= 1; change(); });
    return true;
  }

  function work(until) {
    for (let n = 0; n < habits.servers; n += 1) {
      const app = someApp();
      if (!hold(app, until - events.now)) continue;
      build(app, { database: true, code: true });
      const again = () => after(wait(habits.hoursBetweenBuilds * hour), () => {
        if (events.now >= until) return;
        const kind = number();
        const codeAlone = kind < habits.codeAlone;
        const dataAlone = !codeAlone && kind < habits.codeAlone + habits.databaseAlone;
        build(app, { database: !codeAlone, code: !dataAlone });
        again();
      });
      again();
    }
  }

  function morning(share) {
    for (let n = 0; n < fleet.people; n += 1) {
      if (!chance(share)) continue;
      const comes = (habits.comes + habits.spread * (2 * number() - 1)) * hour;
      const goes = (habits.goes + habits.spread * (2 * number() - 1)) * hour;
      after(comes, () => {
        present += 1;
        week.most.present = Math.max(week.most.present, present);
        work(events.now + goes - comes);
        after(goes - comes, () => { present -= 1; });
      });
    }
    // By day, in the same hours as people.
    const inHours = () => (habits.comes + (habits.goes - habits.comes) * number()) * hour;
    for (const app of apps) {
      for (let n = 0; n < habits.scripted * share; n += 1) {
        after(inHours(), () => {
          if (hold(app, habits.scriptedHours * hour)) build(app, { database: true, code: true });
        });
      }
      for (let n = 0; n < habits.pushes * share; n += 1) {
        after(inHours(), () => {
          const followers = Math.round(app.held * habits.following);
          for (let k = 0; k < followers; k += 1) build(app, { database: false, code: true });
        });
      }
    }
  }

  function night(at) {
    for (const app of apps) {
      after(habits.night * hour, () => app.base.turns.enter((leave) => {
        standAside(app.base);
        app.base.host.turns.enter((leaveHost) => {
          const seconds = app.base.gib * costs.restoreSecondsPerGib;
          app.base.host.busy += seconds;
          after(seconds, () => {
            week.restores += 1;
            week.lastBaseAt = Math.max(week.lastBaseAt, events.now - at);
            change(3);
            app.base.spares = 0;
            leaveHost();
            leave();
            makeSpares(app.base.host);
          });
        });
      }));
    }
  }

  for (let n = 0; n < 7; n += 1) {
    events.add(n * day, () => {
      night(events.now);
      morning(n < 5 ? habits.atWork : habits.onWeekends);
    });
  }
  events.run();
  week.waits.sort((a, b) => a - b);
  week.database = (part) => week.waits[Math.min(week.waits.length - 1, Math.floor(week.waits.length * part))] ?? 0;
  week.gib = Math.max(...databases.map((host) => host.bases.reduce((sum, base) => sum + base.gib, 0)));
  week.meanGib = apps.reduce((sum, app) => sum + (app.base.gib * app.weight), 0) / weights;
  return week;

  function copySeconds(base) { return habits.clones ? costs.clone : base.gib * costs.copySecondsPerGib; }
}

// First come, first served; `places` at once.
function lane(places) {
  let inside = 0;
  const waiting = [];
  const admit = () => {
    while (inside < places && waiting.length > 0) {
      inside += 1;
      waiting.shift()(() => { inside -= 1; admit(); });
    }
  };
  return { enter(act) { waiting.push(act); admit(); }, free: () => inside === 0 && waiting.length === 0 };
}

// How much was counted in the stretch of time that now lies in.
function counter(stretch) {
  let current = -1, sum = 0;
  return (now, count) => {
    const at = Math.floor(now / stretch);
    if (at !== current) [current, sum] = [at, 0];
    sum += count;
    return sum;
  };
}

// Events by their time, those of one time in the order in which they came: a heap.
function queue() {
  const heap = [];
  let added = 0;
  const before = (a, b) => a.at < b.at || (a.at === b.at && a.order < b.order);
  const self = {
    now: 0,
    add(at, act) {
      heap.push({ at, act, order: added += 1 });
      for (let n = heap.length - 1; n > 0;) {
        const above = (n - 1) >> 1;
        if (!before(heap[n], heap[above])) break;
        [heap[n], heap[above], n] = [heap[above], heap[n], above];
      }
    },
    run() {
      while (heap.length > 0) {
        const [next] = heap, last = heap.pop();
        if (heap.length > 0) {
          heap[0] = last;
          for (let n = 0; ;) {
            let least = n;
            for (const below of [2 * n + 1, 2 * n + 2]) {
              if (below < heap.length && before(heap[below], heap[least])) least = below;
            }
            if (least === n) break;
            [heap[n], heap[least], n] = [heap[least], heap[n], least];
          }
        }
        self.now = next.at;
        next.act();
      }
    }
  };
  return self;
}

// The same seed is the same week. Mulberry32, by T. Ettinger (2017, public domain), is what numbers come from.
function chances(seed) {
  let state = seed >>> 0;
  const number = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    number,
    chance: (share) => number() < share,
    wait: (mean) => -mean * Math.log(1 - number()),
    normal: () => Math.sqrt(-2 * Math.log(1 - number())) * Math.cos(2 * Math.PI * number())
  };
}
