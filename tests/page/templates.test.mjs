// The page's templates: cut into lines for those who read them, and the same text all the same. Every one is used, and
// every one that is used is there. Without a browser: node --test tests/page
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { collect, join } from '../../wwwroot/js/page/template-files.js';

const root = fileURLToPath(new URL('../../wwwroot/', import.meta.url));
const read = (name) => readFileSync(path.join(root, name), 'utf8');
const files = readdirSync(path.join(root, 'templates'));
const templates = new Map(files.flatMap((name) => [...collect(read(`templates/${name}`))]));

test('a break is nothing where tags meet, and a blank within a text', () => {
  assert.equal(join('  <p>\n    {{#a}}\n      one\n      two <b>three</b>\n    {{/a}}\n  </p>\n'),
    '<p>{{#a}}one two <b>three</b>{{/a}}</p>');
  const cut = '<b>one</b>&#32;\n  <b\n    title="a\n  b">\n  two\n</b>';
  assert.equal(join(cut), '<b>one</b>&#32;<b title="a b">two</b>');
  assert.equal(join('{{one}}\n  {{two}} {{three}}\nfour\n{{five}}'), '{{one}}{{two}} {{three}} four {{five}}');
});

test('a file that came cut is known, wherever it was cut', () => {
  const whole = read('templates/servers.html');
  assert.ok(collect(whole).size > 3);
  const ends = [...whole.matchAll(/<\/template>\n/g)].map(({ index, 0: end }) => index + end.length);
  for (let at = 0; at < whole.length; at += 97) {
    if (!ends.some((end) => at >= end - 1 && at <= end)) assert.throws(() => collect(whole.slice(0, at)), `${at}`);
  }
  assert.throws(() => collect('<h1>Sign in</h1>'), /something else answered/);
});

test('nothing is written as markup but by the templates, and each of them is used', () => {
  const scripts = readdirSync(path.join(root, 'js'), { recursive: true }).filter((name) => name.endsWith('.js'));
  const code = scripts.map((name) => read(path.join('js', name))).join('\n');
  const all = [...templates.values()].join('\n');
  assert.doesNotMatch(all, /\{\{\{|\{\{&/);
  assert.doesNotMatch(all, /<script|<style| style=| on\w+=/);
  const partials = new Set([...all.matchAll(/\{\{> ([a-z-]+)\}\}/g)].map(([, name]) => name));
  const named = (name) => code.includes(`'${name}'`);
  assert.deepEqual([...templates.keys()].filter((name) => !partials.has(name) && !named(name)), []);
  assert.deepEqual([...partials].filter((name) => !templates.has(name)), []);
  const later = [...code.matchAll(/templates\.load\(\['([a-z]+)'\]\)/g)].map(([, noun]) => noun);
  const nouns = /const nouns = \[([^\]]+)\]/.exec(read('js/page/templates.js'))[1].match(/[a-z]+/g);
  assert.deepEqual([...nouns, ...later].map((noun) => `${noun}.html`).sort(), files.sort());
});
