// A database whose migrations the wanted code does not know: said before the click, put right by one, and gone with it.
//
// Usage: CONSOLE_URL=... [CONSOLE_USER=... CONSOLE_PASSWORD=...] SERVER=qa08 node tests/browser/migrations.mjs
// SERVER: a free, running one of the lab, whose app photos has a branch with migrations of its own.
import assert from 'node:assert/strict';
import { accessibilityProblems, address, openBrowser, openPage } from './chromium.mjs';
import { check, outcome, step } from './tap.mjs';

const server = process.env.SERVER;
const browser = await openBrowser();
const { page, complaints } = await openPage(browser);
page.setDefaultTimeout(30000);
const dialog = page.locator('dialog[open]');
const part = (name) => dialog.getByRole('region', { name, exact: true });

try {
  await step('a branch with migrations of its own is built with a fresh database', async () => {
    await choose('branches/captions', true);
    await dialog.getByText('Runs after the checkout').waitFor();
    await launch();
  });

  await step('before its code alone is replaced, the page says what the database has had', async () => {
    await choose('trunk', false);
    await part('Migrations').getByText('has 2 migrations that this code does not know: take a fresh copy.').waitFor();
    await part('Migrations').getByText('photos.0002_caption, photos.0003_place').waitFor();
  });

  await check('the dialog with the advice can be used by everybody (axe)', async () => {
    assert.deepEqual(await accessibilityProblems(page), []);
  });

  await step('one click takes the fresh copy', async () => {
    await dialog.getByRole('button', { name: 'Take a fresh copy' }).click();
    assert.ok(await dialog.getByLabel('Database').isChecked());
    assert.ok(await dialog.getByLabel('Database').evaluate((field) => field === document.activeElement));
    await part('Database').waitFor();
    await part('Migrations').waitFor({ state: 'detached' });
    await launch();
    assert.doesNotMatch(await page.locator('main').innerText(), /migrations of the database/);
  });

  await step('what a fresh database needs is said where that alone is replaced', async () => {
    await page.goto(`${address}#/servers/${server}`);
    await page.getByRole('button', { name: 'Build', exact: true }).click();
    await dialog.getByLabel('Code').uncheck();
    await dialog.getByText('Runs after the fresh database').waitFor();
    await dialog.getByRole('button', { name: 'Cancel' }).click();
  });

  await check('the browser had nothing to complain about', () => assert.deepEqual(complaints, []));
} finally {
  await page.goto(`${address}#/servers/${server}`);
  await page.getByRole('button', { name: 'Release' }).click({ timeout: 5000 }).catch(() => null);
  await page.locator('.head .state.free').waitFor({ timeout: 5000 }).catch(() => null);
  await browser.close();
}
process.exit(outcome());

async function choose(path, database) {
  await page.goto(`${address}#/servers/${server}`);
  await page.getByRole('button', { name: 'Build', exact: true }).click();
  await dialog.getByLabel('App').selectOption('photos');
  await dialog.getByLabel('Path').fill(path);
  await dialog.getByLabel('Database').setChecked(database);
}

async function launch() {
  await dialog.getByRole('button', { name: 'Build', exact: true }).click();
  await page.waitForURL(/#\/builds\//);
  await page.locator('.head .state.succeeded').waitFor({ timeout: 120000 });
}
