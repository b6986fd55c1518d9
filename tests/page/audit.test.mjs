// The page Audit narrows by each thing that is written into the audit: node --test tests/page
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const sources = readdirSync(path.join(root, 'Console.Api'), { recursive: true })
  .filter((name) => name.endsWith('.cs') && !/\b(bin|obj)\b/.test(name))
  .map((name) => readFileSync(path.join(root, 'Console.Api', name), 'utf8'));

// In the act itself, or said before as one of two; and of what was refused, which is told of by its call.
const ways = [
  /audit\.Write\(\s*act,\s*[\w.]+,\s*"([^"]+)"/g,
  /\bWrite\(act, "([^"]+)"/g,
  /\bvar what = [^;]*\? "([a-z ]+)"/g,
  /\bvar what = [^;]*: "([a-z ]+)"/g,
  /\bWrite\(copy, [\w.]+, "([^"]+)"/g,
  /\.InAudit\("([^"]+)"/g
];

test('what is written into the audit is what its page offers', () => {
  const all = sources.flatMap((text) => ways.flatMap((way) => [...text.matchAll(way)]));
  const written = new Set(all.map(([, what]) => what));
  const page = readFileSync(path.join(root, 'wwwroot/js/access/audit-page.js'), 'utf8');
  const offered = /const actions = \[([^\]]+)\]/.exec(page)[1].match(/[a-z][a-z ]+/g);
  assert.ok(written.size > 25, `${written.size} actions`);
  assert.deepEqual([...offered].sort(), [...written].sort());
});
