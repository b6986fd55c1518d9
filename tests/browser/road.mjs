// The road of a day, by clicking: reserve a server, build on it with database and branch, watch the log, see it ready,
// find it in the history, release it. Fails on any error in the browser's console and any report of its policy.
//
// Usage: CONSOLE_URL=... [CONSOLE_USER=... CONSOLE_PASSWORD=...] [SERVER=qa01] [APP=shop] [BRANCH=branches/x] node tests/browser/road.mjs
// SERVER: a free, running one; without it the first free one of the board. BRANCH: without it the second path the console offers.
// Prints TAP; the last line is "N passed, N failed"; the exit code is 0 when nothing failed.
import assert from 'node:assert/strict';
import { accessibilityProblems, address, openBrowser, openPage } from './chromium.mjs';

const browser = await openBrowser();
const { page, complaints } = await openPage(browser, { acceptDownloads: true });
page.setDefaultTimeout(Number(process.env.STEP_TIMEOUT || 30000));
const ready = Number(process.env.BUILD_TIMEOUT || 180000);
const row = () => page.locator('table.board tbody tr', { has: page.locator(`a.name:text-is("${server}")`) });
let server = process.env.SERVER, passed = 0, failed = 0, stuck, build, branch;

await step('the board shows the servers', async () => {
  await page.goto(address);
  await page.locator('table.board tbody tr').first().waitFor();
  server ||= await page.locator('table.board tr.free a.name').first().textContent();
  assert.equal(await row().locator('.state.free').count(), 1, `${server} is not free`);
});

await check('the board can be used by everybody (axe)', accessible);

await step('changes arrive by the event stream', () => page.locator('.live.live').waitFor());

await step('reserving a free server by clicking', async () => {
  await row().getByRole('button', { name: `Reserve ${server}` }).click();
  const dialog = page.locator('dialog[open]');
  await dialog.getByLabel('Purpose').fill('the road of a day');
  await dialog.getByLabel('1 hour').check();
  await dialog.getByRole('button', { name: 'Reserve' }).click();
  await row().locator('.state.yours').waitFor();
  assert.match(await row().locator('.reservation').innerText(), /until .*\n?.*the road of a day/s);
});

await step('launching a build with database and a branch', async () => {
  await row().getByRole('button', { name: `Build ${server}` }).click();
  const dialog = page.locator('dialog[open]');
  if (process.env.APP) await dialog.getByLabel('App').selectOption(process.env.APP);
  branch = process.env.BRANCH || await offeredBranch(dialog);
  await dialog.getByLabel('Path').fill(branch);
  assert.ok(await dialog.getByLabel('Database').isChecked(), 'the database is not chosen');
  assert.ok(await dialog.getByLabel('Code').isChecked(), 'the code is not chosen');
  assert.match(await dialog.locator('.plan').innerText(), /^Replaces the database by a fresh copy of .* and .*\.$/);
  await dialog.getByRole('button', { name: 'Build' }).click();
  await page.waitForURL(/#\/builds\//);
  build = decodeURIComponent(page.url().split('/').pop());
  await page.locator('.steps li').first().waitFor();
});

await step('watching the log while it is written', async () => {
  await page.locator('.log-line').first().waitFor();
  assert.ok((await page.locator('.log-line').first().innerText()).trim(), 'the first line is empty');
});

await check('the build page can be used by everybody (axe)', accessible);

await step('the build succeeds, with every step', async () => {
  await page.locator('.head .state:is(.succeeded, .failed, .cancelled, .interrupted)').waitFor({ timeout: ready });
  const outcome = await page.locator('#page').innerText();
  assert.ok(await page.locator('.head .state.succeeded').count(), `the build did not succeed:\n${outcome}`);
  assert.equal(await page.locator('.steps li.succeeded').count(), 4, outcome);
  await page.locator('.log-state', { hasText: /^[\d,]+ lines?$/ }).waitFor();
});

await step('the whole log can be downloaded', async () => {
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Download' }).click()]);
  assert.equal(await download.failure(), null);
});

await step('the history has it', async () => {
  await page.locator('.head').getByRole('link', { name: server }).click();
  const newest = page.locator('.history tbody tr').first();
  await newest.getByRole('link', { name: `Build ${build}` }).waitFor();
  assert.match(await newest.innerText(), new RegExp(branch.replace(/[^\w/]/g, '\\$&')));
  assert.equal(await newest.locator('.state.succeeded').count(), 1);
});

await check('the server page can be used by everybody (axe)', accessible);

await step('releasing it', async () => {
  await page.getByRole('button', { name: 'Release' }).click();
  await page.locator('.head .state.free').waitFor();
  await page.getByRole('link', { name: 'Servers', exact: true }).click();
  await row().locator('.state.free').waitFor();
});

await check('the browser had nothing to complain about', () => assert.deepEqual(complaints, []));

await browser.close();
console.log(`1..${passed + failed}\n${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);

// A step of the road: without it the next ones cannot be gone.
async function step(name, run) {
  if (stuck) { report(name, new Error(`not tried, because of: ${stuck}`)); return; }
  if (!await check(name, run)) stuck = name;
}

// Something to look at on the way.
async function check(name, run) {
  try {
    await run();
    report(name);
    return true;
  } catch (error) {
    report(name, error);
    return false;
  }
}

function report(name, error) {
  if (error) failed += 1; else passed += 1;
  console.log(`${error ? 'not ok' : 'ok'} ${passed + failed} - ${name}`);
  if (error) console.log(String(error.message).replace(/^/gm, '  # '));
}

async function accessible() { assert.deepEqual(await accessibilityProblems(page), []); }

async function offeredBranch(dialog) {
  await dialog.getByLabel('Path').fill('');
  await page.waitForFunction(() => document.querySelectorAll('#paths option').length > 1);
  return page.locator('#paths option').nth(1).getAttribute('value');
}
