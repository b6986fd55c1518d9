// An app with two databases, one from a full or a trimmed base: chosen in the dialog, told before the click, shown with
// the build, on the server's page and in its history, and remembered; kept as a savepoint, which outlasts the app.
//
// Usage: CONSOLE_URL=... [CONSOLE_USER=... CONSOLE_PASSWORD=...] SERVER=qa08 [PICTURES=FOLDER]
//        node tests/browser/desk.mjs
// SERVER: a free, running one of a lab.
import assert from 'node:assert/strict';
import { accessibilityProblems, address, fetched, openBrowser, openPage } from './chromium.mjs';
import { check, outcome, step } from './tap.mjs';

const server = process.env.SERVER;
const browser = await openBrowser();
const { page, complaints } = await openPage(browser);
page.setDefaultTimeout(30000);
const dialog = page.locator('dialog[open]');
const choice = dialog.getByLabel('Base of default');

try {
  await step('each base is offered with its size and the night of its data', async () => {
    await open();
    assert.equal(await choice.count(), 0);
    await dialog.getByLabel('App').selectOption('desk');
    assert.deepEqual(await choice.locator('option').evaluateAll((all) => all.map((one) => one.value)),
      ['tickets', 'tickets_small']);
    for (const text of await choice.locator('option').allTextContents())
      assert.match(text, /^tickets(_small)? · [\d.]+ MB · data of \d+ \w+ \d\d:\d\d/);
    assert.equal(await dialog.getByLabel('Base of reports').count(), 0, 'there is nothing to choose');
    assert.match(await plan(), /^Replaces the databases by fresh copies, default from tickets \(.*\), reports from/);
  });

  await step('what is chosen is in the plan, and only with a fresh database', async () => {
    await choice.selectOption('tickets_small');
    assert.match(await plan(), /default from tickets_small \(data of/);
    for (const [name, base] of [['default', 'tickets_small'], ['reports', 'reports']])
      await dialog.getByRole('region', { name: `Database ${name}` }).getByText(base, { exact: true }).waitFor();
    await dialog.getByLabel('Database', { exact: true }).uncheck();
    assert.ok(await choice.isDisabled());
    assert.match(await plan(), /the databases stay as they are/);
    await dialog.getByLabel('Database', { exact: true }).check();
    assert.ok(await choice.isEnabled());
  });

  await check('the dialog can be used by everybody (axe)', accessible);

  await step('the build shows both databases side by side, and what they are', async () => {
    await dialog.getByRole('button', { name: 'Build', exact: true }).click();
    await page.waitForURL(/#\/builds\//);
    await page.locator('.head .state.succeeded').waitFor({ timeout: 120000 });
    assert.deepEqual(await texts(page.locator('.strand .step-name')), ['default', 'reports']);
    assert.deepEqual(await texts(page.locator('.result .mono').filter({ hasText: /^copy_/ })),
      [`copy_tickets_small_${server}`, `copy_reports_${server}`]);
  });

  await check('the build can be read by everybody (axe)', accessible);

  await step('the server has both, and is asked for the same base again', async () => {
    await page.locator('.head').getByRole('link', { name: server }).click();
    const panel = page.getByRole('region', { name: 'Configuration' });
    await panel.getByText('tickets_small', { exact: true }).waitFor();
    assert.match(await panel.innerText(), /default\s+tickets_small, data of[^]*reports\s+reports, data of/);
    const newest = page.locator('.history tbody tr').first();
    assert.match(await newest.innerText(), /default tickets_small[^]*reports reports/);
    await open();
    await choice.waitFor();
    assert.equal(await choice.inputValue(), 'tickets_small');
    await dialog.getByRole('button', { name: 'Cancel' }).click();
  });

  await step('newest data names the bases that are there', async () => {
    await page.getByRole('button', { name: /^(Newest data|Fresh copy), same code/ }).click();
    await dialog.getByText(/are replaced by fresh copies of tickets_small, reports\./).waitFor();
    await dialog.getByRole('button', { name: 'Cancel' }).click();
  });

  await step('the state of both is kept, gone back to, and said with the configuration', async () => {
    const kept = page.getByRole('region', { name: 'Savepoints' });
    await kept.getByRole('button', { name: 'Keep this state …' }).click();
    await dialog.getByLabel('Name').fill('both of them');
    await dialog.getByRole('button', { name: 'Keep it' }).click();
    await dialog.waitFor({ state: 'detached' });
    assert.match(await kept.locator('tbody').innerText(), /both of them\s+desk/);
    await kept.getByRole('button', { name: 'Go back … to both of them' }).click();
    await dialog.getByRole('button', { name: 'Go back' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('region', { name: 'Configuration' }).getByText('as kept in “both of them”').waitFor();
    await accessible();
  });

  await step('a tool on the server that is too old is named where its apps are', async () => {
    const message = 'git is 2.11.0 here, and 2.24 is needed at least. Install a newer one.';
    await page.route('**/api/servers', async (route) => {
      const headers = { ...route.request().headers(), 'if-none-match': '' };
      const response = await fetched(route, { headers });
      const json = await response.json();
      json.servers.find(({ name }) => name === server).oldTools = [{ name: 'git', message }];
      await route.fulfill({ response, json });
    });
    await page.reload();
    const here = page.getByRole('region', { name: 'Apps here' });
    await here.getByText(message).waitFor();
    await here.getByText(`copy_reports_${server}`).waitFor();
    await accessible();
    await picture('old-tool');
    await page.unroute('**/api/servers');
    await page.reload();
    await here.getByText(`copy_reports_${server}`).waitFor();
    assert.doesNotMatch(await here.innerText(), /is needed at least/);
  });

  await step('what is on the server is listed, and taken off after a question that says what goes', async () => {
    const here = page.getByRole('region', { name: 'Apps here' });
    await here.getByText(`copy_reports_${server}`).waitFor();
    assert.match(await here.locator('tbody').innerText(), /desk[^]*main[^]*copy_tickets_small_[^]*data of/);
    await accessible();
    await picture('apps-here');
    await here.getByRole('button', { name: 'Take off … desk' }).click();
    await dialog.getByText(`copy_tickets_small_${server}, copy_reports_${server}`).waitFor();
    await accessible();
    await picture('off-dialog');
    await dialog.getByRole('button', { name: 'Take it off' }).click();
    await page.waitForURL(/#\/builds\//);
    await page.locator('.head .state.succeeded').waitFor({ timeout: 60000 });
    await page.getByText(`desk is taken off ${server}`).first().waitFor();
    assert.deepEqual(await texts(page.locator('.steps .step-name')), ['off', 'copies']);
    await picture('off-build');
    await page.locator('.head').getByRole('link', { name: server }).click();
    await page.getByText(`Nothing is built on ${server}.`).waitFor();
    assert.doesNotMatch(await here.innerText(), /desk/);
    // That it was taken off is no configuration that could be had again.
    const off = page.locator('.history tbody tr', { hasText: 'taken off' });
    await off.waitFor();
    assert.match(await off.locator('.actions').innerText(), /^\s*Build \d+\s*$/);
  });

  await step('what was kept of it is there still, with what to do, and can be dropped', async () => {
    const kept = page.getByRole('region', { name: 'Savepoints' });
    await page.reload();
    await kept.getByText('both of them').first().waitFor();
    assert.match(await kept.locator('tbody').innerText(), /desk is not on qa\d+\. Build it there with its database/);
    await accessible();
    await picture('kept-of-nothing');
    await kept.getByRole('button', { name: 'Drop … both of them' }).click();
    await dialog.getByRole('button', { name: 'Drop it' }).click();
    await kept.waitFor({ state: 'detached' });
  });

  await check('the browser had nothing to complain about', () => assert.deepEqual(complaints, []));
} finally {
  await page.goto(`${address}#/servers/${server}`);
  await page.getByRole('button', { name: 'Release' }).click({ timeout: 5000 }).catch(() => null);
  await page.locator('.head .state.free').waitFor({ timeout: 5000 }).catch(() => null);
  await browser.close();
}
process.exitCode = outcome();

async function open() {
  await page.goto(`${address}#/servers/${server}`);
  await page.getByRole('button', { name: 'Build', exact: true }).click();
  await dialog.getByLabel('App').waitFor();
}

async function plan() { return dialog.locator('.plan').innerText(); }

async function texts(all) { return (await all.allInnerTexts()).map((one) => one.trim()); }

async function picture(word) {
  if (!process.env.PICTURES) return;
  const looks = [[1600, 1000, 'light'], [1200, 900, 'dark'], [390, 844, 'light'], [1280, 800, 'light']];
  for (const [width, height, colorScheme] of looks) {
    await page.setViewportSize({ width, height });
    await page.emulateMedia({ colorScheme });
    await page.waitForTimeout(300);   // the last paint
    await page.screenshot({ path: `${process.env.PICTURES}/${word}-${width}.png`, fullPage: true });
  }
}

async function accessible() { assert.deepEqual(await accessibilityProblems(page), []); }
