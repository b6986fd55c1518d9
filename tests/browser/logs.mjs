// A log of 100 MB in 100,000 lines on the page, through Apache: read to its end without freezing, searched, and opened
// at a line.
//
// Usage: CONSOLE_URL=... [CONSOLE_USER=... CONSOLE_PASSWORD=...] LAB_DIR=... node tests/browser/logs.mjs
// LAB_DIR: the lab's folder, where the log of the newest build is made so long for this time.
// Prints TAP; the last line is "N passed, N failed"; the exit code is 0 when nothing failed.
import assert from 'node:assert/strict';
import { closeSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { address, openBrowser, openPage } from './chromium.mjs';
import { check, outcome, step } from './tap.mjs';

const lines = 100_000, needle = 'the needle in the haystack';
const browser = await openBrowser();
const { page, complaints } = await openPage(browser);
page.setDefaultTimeout(Number(process.env.STEP_TIMEOUT || 60000));
const tools = await page.context().newCDPSession(page);
const state = page.locator('.log-state');
await page.goto(address);
const { builds } = await page.evaluate(() => fetch('api/builds?state=succeeded').then((answer) => answer.json()));
const { id } = builds[0];
const file = path.join(process.env.LAB_DIR, 'state/builds', `${id}.log`);
const before = readFileSync(file);
const known = before.toString().split('\n').length - 1;
const all = known + lines;

try {
  makeLong();

  await step('a log of 100 MB comes to its end', async () => {
    await page.addInitScript(() => {
      self.longest = 0;
      let last = performance.now();
      setInterval(() => {
        const now = performance.now();
        self.longest = Math.max(self.longest, now - last);
        last = now;
      }, 10);
    });
    await page.goto(`${address}#/builds/${id}`);
    await page.reload();
    await state.filter({ hasText: new RegExp(`^${all.toLocaleString('en')} lines`) }).waitFor();
    await page.locator(`.log-line[data-line="${all}"]`).waitFor();
  });

  await step('meanwhile the page answered at any time within a second', async () => {
    const longest = await page.evaluate(() => self.longest);
    console.log(`# the longest pause was ${Math.round(longest)} ms`);
    assert.ok(longest < 1000, `it stood still for ${longest} ms`);
  });

  await step('it needs less than 200 MB', async () => {
    await tools.send('HeapProfiler.collectGarbage');
    const { usedSize } = await tools.send('Runtime.getHeapUsage');
    console.log(`# ${Math.round(usedSize / 1e6)} MB`);
    assert.ok(usedSize < 200e6, `it uses ${usedSize} bytes`);
  });

  await step('few of the lines are on the page, the last one in view', async () => {
    assert.ok(await page.locator('.log-line').count() <= 4000);
    const below = (pane) => pane.scrollHeight - pane.scrollTop - pane.clientHeight;
    assert.ok(await page.locator('.log').evaluate(below) < 40, 'the end is not in view');
  });

  await step('a search finds a line far above, and the address names it', async () => {
    await page.getByLabel('Search the log').fill(needle);
    await page.locator('.log-line.hit', { hasText: needle }).waitFor();
    assert.match(page.url(), new RegExp(`/log/${known + lines / 2}$`));
    await page.locator('.found', { hasText: /^1 of 1$/ }).waitFor();
  });

  await step('that address opens the page at the line', async () => {
    await page.reload();
    await page.locator('.log-line.hit', { hasText: needle }).waitFor();
    assert.ok(await page.locator('.log-line.hit').evaluate((line) => {
      const [one, pane] = [line, line.closest('.log')].map((element) => element.getBoundingClientRect());
      return one.top >= pane.top && one.bottom <= pane.bottom;
    }), 'it is not in view');
  });

  await step('colours are spans of fixed classes, and nothing else came out of the log', async () => {
    assert.ok(await page.locator('.log-line span').count() > 0);
    const kinds = await page.locator('.log-lines *').evaluateAll((elements) =>
      [...new Set(elements.map((one) => `${one.tagName} ${[...one.attributes].map((a) => a.name)}`))].sort());
    assert.deepEqual(kinds, ['DIV class', 'DIV class,data-line', 'SPAN class']);
  });

  await check('the browser had nothing to complain about', () => assert.deepEqual(complaints, []));
} finally {
  writeFileSync(file, before);
}
await browser.close();
process.exit(outcome());

function makeLong() {
  const log = openSync(file, 'a');
  const filling = 'x'.repeat(960);
  for (let chunk = 0; chunk < lines; chunk += 1000) {
    let text = '';
    for (let number = chunk + 1; number <= chunk + 1000; number += 1) {
      const rest = `<b onclick="alert(1)">${number === lines / 2 ? needle : filling}`;
      text += `12:00:00 code     \u001b[3${number % 8}m${number}\u001b[0m ${rest}\n`;
    }
    writeSync(log, text);
  }
  closeSync(log);
}
