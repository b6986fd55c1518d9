// The page's modules: each is there, is needed, and none needs itself in a circle: node --test tests/page
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../wwwroot/js/', import.meta.url));
const pattern = /^(?:import|export)\b[^'"\n]*'(\.[^']+)';$|\bimport\('(\.[^']+)'\)/gm;
const modules = new Map(readdirSync(root, { recursive: true }).filter((name) => name.endsWith('.js'))
  .map((name) => [name, importsOf(name)]));

function importsOf(name) {
  const text = readFileSync(path.join(root, name), 'utf8');
  return [...text.matchAll(pattern)].map(([, at, later]) => path.join(path.dirname(name), at || later))
    .filter((to) => !to.startsWith('../vendor/'));
}

// What begins by itself: the page, and what runs beside it.
const begin = ['start.js', 'live/worker.js'];

test('every import leads to a file, and every file is reached', () => {
  const reached = new Set();
  const go = (name) => {
    if (reached.has(name)) return;
    reached.add(name);
    assert.ok(modules.has(name), `there is no ${name}`);
    modules.get(name).forEach(go);
  };
  begin.forEach(go);
  assert.ok(reached.size > 50, `${reached.size} files`);
  assert.deepEqual([...modules.keys()].filter((name) => !reached.has(name)), ['boot.js']);
});

// The console takes remarks and breaks out of what it sends (Http/PageFiles.cs), and does not read what it takes.
test('no text goes over the end of a line, or looks like a remark behind code', () => {
  for (const name of [...modules.keys()]) {
    readFileSync(path.join(root, name), 'utf8').split('\n').filter((line) => !/^\s*\/\//.test(line)).forEach((line) => {
      const code = line.replace(/'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|`(?:\\.|[^`\\])*`/g, '""');
      const [remark] = / {2,}\/\/ .*$/.exec(line) || [''];
      assert.ok(code.endsWith(remark), `${name}: ${line}`);
      assert.doesNotMatch(code.replace(/ {2,}\/\/ .*$/, ''), /`/, `${name}: ${line}`);
    });
  }
});

test('no module needs itself in a circle', () => {
  const done = new Set();
  const go = (name, way) => {
    assert.ok(!way.includes(name), [...way, name].join(' → '));
    if (done.has(name)) return;
    modules.get(name).forEach((to) => go(to, [...way, name]));
    done.add(name);
  };
  begin.forEach((name) => go(name, []));
  assert.throws(() => {
    modules.set('x.js', ['x.js']);
    go('x.js', []);
  }, /x\.js → x\.js/);
});
