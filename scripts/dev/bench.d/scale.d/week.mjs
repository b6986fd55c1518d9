// Usage: node week.mjs [--people N] [--servers N] [--apps N] [--databaseHosts N] [--hosts N] [--seed N]
//                      [--spares N] [--clones]
//
// A week of a fleet, by the rules of the queue and with what one of each was measured to cost (costs.mjs): how long
// builds wait, how busy each part is at its busiest, and at how many times the people the first part is full.
// --spares: how many each base has. --clones: the database hosts' file systems clone files.
import { parseArgs } from 'node:util';
import { fleet, habits } from './fleet.mjs';
import { limits } from './limits.mjs';
import { live } from './life.mjs';

const numbers = Object.fromEntries([...Object.keys(fleet), 'seed', 'spares'].map((name) => [name, { type: 'string' }]));
const { values: { clones = false, ...values } } = read({ ...numbers, clones: { type: 'boolean' } });
const wanted = Object.fromEntries(Object.entries(values).map(([name, text]) => [name, Number(text)]));
if (Object.values(wanted).some((value) => !Number.isInteger(value) || value < 1)) {
  refuse('each number is a whole one from 1 on.');
}
const { seed = 1, spares = habits.spares, ...sizes } = wanted;
const first = { ...fleet, ...sizes };
const lives = { ...habits, spares, clones };

// As many more people come with as many more apps, servers and hosts: the parts that are one for all are found so.
const times = (factor) => Object.fromEntries(Object.entries(first).map(([name, value]) => [name, value * factor]));
const figure = (value) => value.toLocaleString('en', { maximumSignificantDigits: 3 });
const seconds = (value) => `${value.toFixed(value < 10 ? 1 : 0)} s`;

const week = live(first, lives, seed);
console.log(`${Object.entries(first).map(([name, value]) => `${name} ${value}`).join(', ')}, `
  + `spares ${spares}, ${clones ? 'clones' : 'copies of files'}`);
console.log(`${week.builds} builds, ${week.withDatabase} of them with a database, ${week.restores} restores`);
console.log(`a spare was there for ${(100 * week.fromSpare / week.withDatabase).toFixed(2)} %; the database of a build `
  + `after ${seconds(week.database(0.5))} (median), ${seconds(week.database(0.99))} (99 %), `
  + `${seconds(week.database(1))} at most`);
console.log(`at once: ${week.most.held} servers held, ${week.most.present} people at their pages`);
console.log();

const found = [1, 2, 4, 8].map((factor) => ({
  factor, parts: limits(factor === 1 ? week : live(times(factor), lives, seed), times(factor), lives)
}));
const row = (cells) => console.log(`| ${cells.join(' | ')} |`);
row(['part', 'at its busiest', 'limit', ...found.map(({ factor }) => `× ${factor}`)]);
row(['---', '---', '---', ...found.map(() => '---')]);
found[0].parts.forEach(({ name, used, limit, unit }, index) => row([
  name, `${figure(used)} ${unit}`, `${figure(limit)} ${unit}`,
  ...found.map(({ parts }) => `${Math.round(100 * parts[index].used / parts[index].limit)} %`)
]));

function read(options) {
  try {
    return parseArgs({ options });
  } catch (error) {
    return refuse(error.message);
  }
}

function refuse(why) {
  console.error(`week.mjs: ${why}`);
  process.exit(2);
}
