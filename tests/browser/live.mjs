// "Live" is true within four seconds, in both directions: the web server dies and is back, the console dies and is
// back, either of them hangs and goes on. Real processes are killed and stopped; the page's words are written down as
// they change.
//
// Usage: CONSOLE_URL=... CONSOLE_USER=... CONSOLE_PASSWORD=... LAB_DIR=... node tests/browser/live.mjs
// Prints TAP; the last line is "N passed, N failed"; the exit code is 0 when nothing failed.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { address, openBrowser, openPage } from './chromium.mjs';
import { outcome, step } from './tap.mjs';

const lab = process.env.LAB_DIR, limit = 4000;
const up = fileURLToPath(new URL('../../scripts/dev/lab', import.meta.url));
const browser = await openBrowser();
const { page } = await openPage(browser);
await page.addInitScript(() => {
  window.words = [];
  new MutationObserver(() => {
    const word = document.querySelector('.live')?.textContent;
    if (word && word !== window.words.at(-1)?.word) window.words.push({ word, at: Date.now() });
  }).observe(document, { subtree: true, childList: true, characterData: true });
});

await step('a page that is live', async () => {
  await page.goto(address);
  await says('Live', 0);
});

for (const [name, recorded] of [['the web server', 'front'], ['the console', 'console']]) {
  await step(`${name} is killed, and started again`, async () => {
    const ids = stopped(recorded);
    const died = Date.now();
    send(ids, 'SIGKILL');
    const gone = await saysNot('Live', died);
    await says('Connection lost', died);
    const [back] = await Promise.all([answers(), start()]);
    const live = await says('Live', gone);
    told(name, gone - died, live - back);
  });

  for (const rest of [6000, 15000]) {
    await step(`${name} hangs for ${rest / 1000} s, and goes on`, async () => {
      const hung = Date.now();
      const ids = stopped(recorded);
      try {
        const gone = await saysNot('Live', hung);
        await page.waitForTimeout(Math.max(0, rest - (Date.now() - hung)));
        const back = Date.now();
        send(ids, 'SIGCONT');
        told(name, gone - hung, await says('Live', back) - back);
      } finally {
        send(ids, 'SIGCONT');
      }
    });
  }
}

await step('a page that was live all the time says nothing else', async () => {
  await page.waitForTimeout(2000);
  const from = Date.now();
  await page.waitForTimeout(15000);
  assert.deepEqual(await page.evaluate((time) => window.words.filter(({ at }) => at > time), from), []);
});

await browser.close();
process.exit(outcome());

function told(name, gone, live) {
  console.log(`# ${name}: told after ${gone} ms, and that it is back after ${live} ms`);
  assert.ok(gone <= limit, `that it had gone was told after ${gone} ms`);
  assert.ok(live <= limit, `that it was back was told after ${live} ms`);
}

// Some of them, such as a virsh of the console's, may have ended meanwhile.
function send(ids, signal) {
  ids.forEach((id) => { try { process.kill(id, signal); } catch { /* it has ended */ } });
}

// Ends when the lab has recorded what it has started; the next step asks for that.
async function start() {
  const program = spawn(up, ['up', '--dir', lab], { stdio: ['ignore', 'pipe', 'pipe'] });
  const output = [];
  for (const stream of [program.stdout, program.stderr]) stream.on('data', (part) => output.push(part));
  const [code] = await once(program, 'close');
  assert.equal(code, 0, `lab up ended with ${code}: ${Buffer.concat(output)}`);
}

// The moment at which the page has said it, not before `since`.
async function says(word, since, not = false) {
  const said = await page.waitForFunction(
    ([wanted, from, other]) => window.words.find(({ word: one, at }) => (one === wanted) !== other && at >= from)?.at,
    [word, since, not], { timeout: 30000, polling: 50 }
  );
  return said.jsonValue();
}

function saysNot(word, since) { return says(word, since, true); }

// The moment at which the console can be reached again.
async function answers() {
  const { CONSOLE_USER: name, CONSOLE_PASSWORD: password } = process.env;
  const headers = { Authorization: `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}` };
  for (const end = Date.now() + 60000; Date.now() < end;) {
    const response = await fetch(`${address}api/me`, { headers, signal: AbortSignal.timeout(2000) }).catch(() => null);
    if (response?.ok) return Date.now();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('the lab has not come back');
}

// A recorded process of the lab and all that it has started, stopped; it first, so that it starts no other meanwhile.
function stopped(name) {
  const [root] = readFileSync(`${lab}/pid/${name}`, 'utf8').split(' ');
  process.kill(Number(root), 'SIGSTOP');
  const parentOf = (id) => {
    try { return readFileSync(`/proc/${id}/stat`, 'utf8').split(') ').at(-1).split(' ')[1]; } catch { return null; }
  };
  const all = readdirSync('/proc').filter((id) => /^\d+$/.test(id)).map((id) => [id, parentOf(id)]);
  const family = [root];
  for (let at = 0; at < family.length; at += 1) {
    family.push(...all.filter(([, parent]) => parent === family[at]).map(([id]) => id));
  }
  const ids = family.map(Number);
  send(ids, 'SIGSTOP');
  return ids;
}
