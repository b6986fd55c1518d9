// What each part of the fleet does at its busiest, beside what it can.
import { costs } from './costs.mjs';

const streams = 300;   // CallPlaces
const kept = 500;      // builds.kept, as the settings have it when nothing is said
const week = 7;

export function limits(lived, fleet, habits) {
  const { most } = lived;
  const changes = most.changesPerMinute / 60;
  const open = Math.min(most.present, streams), polling = Math.max(0, most.present - streams);
  const processor = (changes * (costs.changeProcessor + (open * costs.tellProcessor)))
    + (most.buildsPerMinute / 60 * costs.buildProcessor)
    + (polling / 2 * costs.listProcessor)
    + (fleet.hosts * costs.pollsPerSecond * costs.pollProcessor);
  const busiest = Math.max(...lived.databases.map((host) => host.busy)) / (week * 24 * 3600);
  // A clone takes what is changed in it: a tenth, as assumed.
  const part = habits.clones ? 0.1 : 1;
  const copies = most.held * lived.meanGib / fleet.databaseHosts;
  const room = (lived.gib * (1 + (part * habits.spares))) + (part * copies * (1 + (2 * habits.savepoints / 100)));
  return [
    { name: 'event streams', used: most.present, limit: streams, unit: 'open' },
    { name: 'builds of a day, of which are kept', used: most.buildsPerDay, limit: kept, unit: 'builds' },
    { name: 'servers held', used: most.held, limit: fleet.servers, unit: 'at once' },
    { name: 'the busiest database host', used: 100 * busiest, limit: 100, unit: '% of a week' },
    {
      name: 'the night of restores', used: (lived.lastBaseAt / 3600) - habits.night,
      limit: habits.morning - habits.night, unit: 'hours'
    },
    { name: 'room on a database host', used: room / 1024, limit: 2, unit: 'TiB' },
    { name: 'the console, of one processor', used: 100 * processor, limit: 100, unit: '%' },
    { name: 'changes of the state', used: changes, limit: costs.changesTogether, unit: 'a second' }
  ];
}
