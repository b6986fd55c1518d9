// The road of a day, by clicking: reserve a server, see what a build with database and branch will change, build,
// watch the log, see it ready, find it in the history, take a fresh copy, compare, release. Fails on any error in
// the browser's console and any report of its policy.
//
// Usage: CONSOLE_URL=... [CONSOLE_USER=... CONSOLE_PASSWORD=...] [SERVER=qa01] [APP=shop] [BRANCH=branches/x]
//        node tests/browser/road.mjs
// SERVER: a free, running one; without it the first free one of the board. BRANCH: without it the second path the
// console offers.
// Prints TAP; the last line is "N passed, N failed"; the exit code is 0 when nothing failed.
import assert from 'node:assert/strict';
import { accessibilityProblems, address, openBrowser, openPage } from './chromium.mjs';
import { check, outcome, step } from './tap.mjs';

const browser = await openBrowser();
const { page, complaints } = await openPage(browser, { acceptDownloads: true });
page.setDefaultTimeout(Number(process.env.STEP_TIMEOUT || 30000));
const ready = Number(process.env.BUILD_TIMEOUT || 180000);
const row = () => page.locator('table.board tbody tr', { has: page.locator(`a.name:text-is("${server}")`) });
const dialog = page.locator('dialog[open]');
let server = process.env.SERVER, build, branch;

await step('the board shows the servers', async () => {
  await page.goto(address);
  await page.locator('table.board tbody tr').first().waitFor();
  server ||= await page.locator('table.board tr.free a.name').first().textContent();
  assert.equal(await row().locator('.state.free').count(), 1, `${server} is not free`);
});

await check('the board can be used by everybody (axe)', accessible);

await step('changes arrive by the event stream', () => page.locator('.live[data-state=live]').waitFor());

await step('reserving a free server by clicking', async () => {
  await row().getByRole('button', { name: `Reserve ${server}` }).click();
  await dialog.getByLabel('Purpose').fill('the road of a day');
  await dialog.getByLabel('1 hour').check();
  await dialog.getByRole('button', { name: 'Reserve' }).click();
  await row().locator('.state.yours').waitFor();
  assert.match(await row().locator('.reservation').innerText(), /until .*\n?.*the road of a day/s);
  const fits = await row().locator('.holder').evaluate((holder) => holder.scrollWidth <= holder.clientWidth);
  assert.ok(fits, 'the name of the holder is cut off');
});

await step('what a build with database and a branch will change is shown before it', async () => {
  await row().getByRole('button', { name: `Build ${server}` }).click();
  if (process.env.APP) await dialog.getByLabel('App').selectOption(process.env.APP);
  branch = process.env.BRANCH || await offeredBranch();
  await dialog.getByLabel('Path').fill(branch);
  assert.ok(await dialog.getByLabel('Database').isChecked(), 'the database is not chosen');
  assert.ok(await dialog.getByLabel('Code').isChecked(), 'the code is not chosen');
  assert.match(await dialog.locator('.plan').innerText(), /^Replaces the database by a fresh copy of .* and .*\.$/);
  await dialog.getByRole('region', { name: 'Code', exact: true }).waitFor();
  assert.match(await dialog.locator('.plan-place').innerText(), /Database[^]*data of[^]*Code/);
});

await check('the build dialog can be used by everybody (axe)', accessible);

await step('a path that the repository does not have is told before the click', async () => {
  await dialog.getByLabel('Path').fill(`${branch}-no-such`);
  await dialog.getByText('This build would fail.').waitFor();
  await dialog.getByLabel('Path').fill(branch);
  await dialog.getByText('This build would fail.').waitFor({ state: 'detached' });
});

await step('launching it', async () => {
  await dialog.getByRole('button', { name: 'Build' }).click();
  await page.waitForURL(/#\/builds\//);
  build = decodeURIComponent(page.url().match(/#\/builds\/([^/]+)/)[1]);
  await page.locator('.steps li').first().waitFor();
});

await step('watching the log while it is written', async () => {
  await page.locator('.log-line').first().waitFor();
  assert.ok((await page.locator('.log-line').first().innerText()).trim(), 'the first line is empty');
});

await check('the build page can be used by everybody (axe)', accessible);

await step('the build succeeds, with every step', async () => {
  await succeeds();
  assert.equal(await page.locator('.steps li:not(.succeeded)').count(), 0, await page.locator('.steps').innerText());
  await page.locator('.log-state', { hasText: /^[\d,]+ lines?$/ }).waitFor();
});

await step('the whole log can be downloaded', async () => {
  const [download] = await Promise.all([
    page.waitForEvent('download'), page.getByRole('link', { name: 'Download' }).click()
  ]);
  assert.equal(await download.failure(), null);
});

await step('a link to a line of the log opens the page at that line', async () => {
  await page.locator('.log-line[data-line="2"]').click({ position: { x: 20, y: 5 } });
  await page.waitForURL(/\/log\/2$/);
  await page.reload();
  await page.locator('.log-line.hit[data-line="2"]').waitFor();
});

await step('the history has it', async () => {
  await page.locator('.head').getByRole('link', { name: server }).click();
  const newest = page.locator('.history tbody tr').first();
  await newest.getByRole('link', { name: `Build ${build}`, exact: true }).waitFor();
  assert.match(await newest.innerText(), new RegExp(branch.replace(/[^\w/]/g, '\\$&')));
  assert.equal(await newest.locator('.state.succeeded').count(), 1);
});

await check('the server page can be used by everybody (axe)', accessible);

await step('a fresh copy with the same code, after the question whether to replace the database', async () => {
  await page.getByText('the newest there is').waitFor();
  await page.getByRole('button', { name: 'Fresh copy, same code' }).click();
  await dialog.getByRole('region', { name: 'Database', exact: true }).waitFor();
  await dialog.getByRole('button', { name: 'Replace the database' }).click();
  await page.waitForURL(/#\/builds\//);
  await succeeds();
  await page.locator('.head').getByRole('link', { name: server }).click();
});

await step('the server follows its branch, which page and board say, and does so no more', async () => {
  await page.getByRole('button', { name: 'Follow …' }).click();
  await dialog.getByText('is built on').waitFor();
  await dialog.getByLabel('Code; the database stays').check();
  await dialog.getByRole('button', { name: 'Follow' }).click();
  const follows = page.locator('dd.follows');
  await follows.waitFor();
  assert.match(await follows.innerText(), /new commits are built by themselves \(code\), for .*Next look within 30 s/s);
  await page.goto(address);
  assert.equal(await row().locator('.follows').innerText(), 'follows');
  assert.match(await row().locator('.follows').getAttribute('title'), new RegExp(branch.replace(/[^\w/]/g, '\\$&')));
  // Beside a path of any length it can be read.
  assert.ok(await row().locator('.configuration').evaluate((cell) => {
    cell.querySelector('.path').textContent = 'feature/'.repeat(40);
    const mark = cell.querySelector('.follows');
    return mark.scrollWidth <= mark.clientWidth;
  }));
  await row().locator('a.name').click();
  await page.getByRole('button', { name: 'Stop following' }).click();
  await follows.waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Follow …' }).waitFor();
});

await step('two entries of the history can be compared', async () => {
  await page.getByRole('link', { name: `Compare build ${build}` }).click();
  await page.getByRole('region', { name: 'Database', exact: true }).waitFor();
  const [, to, from] = page.url().match(/history\/(\d+)\/since\/(\d+)$/);
  const chosen = (name) => page.locator(`select[name=${name}]`).inputValue();
  assert.deepEqual([await chosen('to'), await chosen('from')], [to, from]);
});

await check('the comparison can be used by everybody (axe)', accessible);

await step('older builds come when they are asked for, in the history and in the queue', async () => {
  const comparison = page.url(), parts = /\/(history\?limit=50|api\/builds)$/;
  await page.route(parts, (route) => route.continue({ url: `${route.request().url().split('?')[0]}?limit=1` }));
  await page.goto(`${address}#/servers/${server}`);
  await page.reload();
  const entries = page.locator('.history tbody tr'), older = page.getByRole('button', { name: 'Older builds' });
  await older.waitFor();
  assert.equal(await entries.count(), 1);
  await older.click();
  await entries.nth(1).getByRole('link', { name: `Build ${build}`, exact: true }).waitFor();
  await page.goto(`${address}#/queue`);
  await page.reload();
  await older.click();
  await page.getByRole('link', { name: `Build ${build}`, exact: true }).waitFor();
  // A lab may have had many: part after part comes, until no older one is left.
  for (const rows = page.locator('tbody tr'); await older.isVisible();) {
    const before = await rows.count();
    await older.click();
    await page.waitForFunction((number) => document.querySelectorAll('tbody tr').length > number, before);
  }
  await older.waitFor({ state: 'detached' });
  await page.unroute(parts);
  await page.goto(comparison);
});

await step('releasing it', async () => {
  await page.getByRole('heading', { level: 1 }).getByRole('link', { name: server }).click();
  await page.getByRole('button', { name: 'Release' }).click();
  await page.locator('.head .state.free').waitFor();
  await page.getByRole('link', { name: 'Servers', exact: true }).click();
  await row().locator('.state.free').waitFor();
});

await check('the browser had nothing to complain about', () => assert.deepEqual(complaints, []));

await browser.close();
process.exit(outcome());

async function accessible() { assert.deepEqual(await accessibilityProblems(page), []); }

async function succeeds() {
  await page.locator('.head .state:is(.succeeded, .failed, .cancelled, .interrupted)').waitFor({ timeout: ready });
  const has = await page.locator('.head .state.succeeded').count();
  assert.ok(has, `the build did not succeed:\n${await page.locator('#page').innerText()}`);
}

async function offeredBranch() {
  await dialog.getByLabel('Path').fill('');
  await page.waitForFunction(() => document.querySelectorAll('#paths option').length > 1);
  return page.locator('#paths option').nth(1).getAttribute('value');
}
