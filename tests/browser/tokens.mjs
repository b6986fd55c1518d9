// A person and their tokens: made, shown once, tried, seen on a phone and in the dark, and ended; by the keyboard. And
// what was done, in the audit.
//
// Usage: CONSOLE_URL=... CONSOLE_USER=... CONSOLE_PASSWORD=... [PICTURES=FOLDER] node tests/browser/tokens.mjs
// Prints TAP; the last line is "N passed, N failed"; the exit code is 0 when nothing failed.
import assert from 'node:assert/strict';
import { accessibilityProblems, address, openBrowser, openPage } from './chromium.mjs';
import { outcome, step } from './tap.mjs';

const browser = await openBrowser();
const { page, complaints } = await openPage(browser, { permissions: ['clipboard-read', 'clipboard-write'] });
page.setDefaultTimeout(20000);
const dialog = page.locator('dialog[open]');
const rowOf = (name) => page.locator('.token-table tbody tr', { hasText: name });
const long = 'nightly-tests-of-the-basket-with-a-name-that-is-as-long-as-it-may';
let secret;

await step('the page is reached from the top, and says what tokens are when there are none', async () => {
  await page.goto(`${address}#/`);
  await page.getByRole('link', { name: 'Tokens' }).click();
  await page.getByRole('heading', { name: 'You have no tokens' }).waitFor();
  assert.equal(await page.locator('nav a[aria-current=page]').innerText(), 'Tokens');
  await accessible();
  await picture('tokens-none');
});

await step('one is made by the keyboard alone', async () => {
  await page.getByRole('button', { name: 'Make a token' }).focus();
  await page.keyboard.press('Enter');
  await dialog.waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.name), 'name');
  await accessible();
  await page.keyboard.press('Enter');
  assert.match(await dialog.locator('.problem').innerText(), /Fill in: name/);
  await page.keyboard.type('laptop');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Space');
  await picture('token-dialog');
  const [request] = await Promise.all([
    page.waitForRequest((one) => one.method() === 'POST'), page.keyboard.press('Enter')
  ]);
  assert.deepEqual(request.postDataJSON(), { name: 'laptop', scope: ['read', 'reserve'], days: 90 });
});

await step('it is shown once, with a line that tries it, and can be copied', async () => {
  await dialog.getByRole('heading', { name: 'The token laptop' }).waitFor();
  await accessible();
  secret = await dialog.getByLabel('Token', { exact: true }).inputValue();
  assert.match(secret, /^tsc_[A-Za-z0-9_-]{43}$/);
  const line = await dialog.getByLabel('Try it').inputValue();
  assert.equal(line, `curl -H 'Authorization: Bearer ${secret}' ${address}api/me`);
  // Not by a slip: who presses Escape has not copied it yet.
  for (let times = 0; times < 3; times += 1) await page.keyboard.press('Escape');
  await dialog.waitFor();
  await page.waitForFunction(() => /Copy/.test(document.activeElement.textContent));
  await page.keyboard.press('Enter');
  await dialog.getByText('Copied.').waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), secret);
  await picture('token-made');
  await dialog.getByRole('button', { name: 'Done' }).focus();
  await page.keyboard.press('Enter');
  await dialog.waitFor({ state: 'detached' });
  await page.waitForFunction((text) => !document.documentElement.outerHTML.includes(text), secret);
  assert.match(await rowOf('laptop').innerText(), /read, reserve[^]*never/);
});

await step('one that comes late, when another dialog is open, is shown behind that one', async () => {
  await page.route('**/api/tokens', async (route) => {
    await new Promise((later) => setTimeout(later, 1500));
    await route.continue();
  }, { times: 1 });
  const make = page.getByRole('button', { name: 'Make a token' });
  await make.click();
  await page.keyboard.type('late');
  await page.keyboard.press('Enter');
  await dialog.locator('form[aria-busy=true]').waitFor();
  while (await dialog.count()) await page.keyboard.press('Escape');
  const made = page.waitForResponse((one) => one.request().method() === 'POST');
  await make.click();
  await made;
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await dialog.getByRole('heading', { name: 'The token late' }).waitFor();
  assert.match(await dialog.getByLabel('Token', { exact: true }).inputValue(), /^tsc_/);
  await dialog.getByRole('button', { name: 'Done' }).click();
  await rowOf('late').getByRole('button', { name: 'End late' }).click();
  await dialog.getByRole('button', { name: 'End it' }).click();
  await rowOf('late').waitFor({ state: 'detached' });
});

await step('with it a program is its person, and the page tells when it was used', async () => {
  const answer = await fetch(`${address}api/me`, { headers: { Authorization: `Bearer ${secret}` } });
  const { name, token } = await answer.json();
  assert.deepEqual([name, token], [process.env.CONSOLE_USER, 'laptop']);
  await page.reload();
  await rowOf('laptop').getByText('just now').waitFor();
});

await step('what the console refuses is told in the dialog', async () => {
  await page.getByRole('button', { name: 'Make a token' }).click();
  await dialog.getByLabel('Name').fill('laptop');
  await dialog.getByRole('button', { name: 'Make it' }).click();
  await dialog.getByText('You have a token `laptop` already.').waitFor();
  await dialog.getByLabel('Name').fill(long.slice(0, 64));
  await dialog.getByLabel('Only these servers').fill('qa01, qa02');
  await dialog.getByText('7 days').click();
  await dialog.getByRole('button', { name: 'Make it' }).click();
  await dialog.getByRole('heading', { name: 'The token nightly' }).waitFor();
  await dialog.getByRole('button', { name: 'Done' }).click();
  assert.match(await rowOf('nightly').innerText(), /only qa01, qa02/);
});

await step('long names fit, on a phone and in the dark, too', async () => {
  for (const [width, height, colorScheme] of [[1400, 900, 'light'], [1400, 900, 'dark'], [390, 844, 'light'],
    [320, 700, 'dark']]) {
    await page.setViewportSize({ width, height });
    await page.emulateMedia({ colorScheme });
    await page.waitForTimeout(300);   // the last paint
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), `${width} wide`);
    await accessible();
    await picture(`tokens-${width}-${colorScheme}`);
  }
  await page.setViewportSize({ width: 1400, height: 900 });
  await page.emulateMedia({ colorScheme: 'light' });
});

await step('it is ended by the keyboard, and known no more', async () => {
  await rowOf('laptop').getByRole('button', { name: 'End laptop' }).focus();
  await page.keyboard.press('Enter');
  await dialog.getByText('The next call with it is refused').waitFor();
  await accessible();
  await dialog.getByRole('button', { name: 'End it' }).focus();
  await page.keyboard.press('Enter');
  await rowOf('laptop').waitFor({ state: 'detached' });
  const answer = await fetch(`${address}api/me`, { headers: { Authorization: `Bearer ${secret}` } });
  assert.equal(answer.status, 401);
  await rowOf('nightly').getByRole('button', { name: 'End nightly' }).click();
  await dialog.getByRole('button', { name: 'End it' }).click();
  await page.getByRole('heading', { name: 'You have no tokens' }).waitFor();
});

await step('what was done and what was refused stands on the page Audit, narrowed, and comes as a file', async () => {
  // It is written within a second.
  await page.evaluate(async (console) => {
    const json = { 'Content-Type': 'application/json' };
    await fetch(`${console}api/servers/qa14/reservation/undo`, { method: 'POST', headers: json, body: '{}' });
    const isThere = async () => (await (await fetch(`${console}api/audit?outcome=refused`)).json()).facts
      .some((fact) => fact.action === 'undo release');
    while (!await isThere()) await new Promise((resolve) => setTimeout(resolve, 100));
  }, address);
  await page.getByRole('link', { name: 'Audit' }).click();
  const rows = page.locator('.audit-table tbody tr');
  await rows.filter({ hasText: 'end token' }).first().waitFor();
  await accessible();
  await picture('audit');
  await page.locator('.filters [name=outcome]').selectOption('refused');
  await rows.filter({ hasText: 'end token' }).first().waitFor({ state: 'detached' });
  const undo = await rows.filter({ hasText: 'undo release' }).first().innerText();
  assert.match(undo, /undo release\s+refused\s+qa14[^]*no release of qa14 by you/);
  await picture('audit-refused');
  await page.locator('.filters [name=outcome]').selectOption('');
  await rows.filter({ hasText: 'end token' }).first().waitFor();
  await page.locator('.filters [name=action]').selectOption('make token');
  await rows.filter({ hasText: 'end token' }).first().waitFor({ state: 'detached' });
  const laptop = rows.filter({ hasText: 'laptop' });
  assert.match(await laptop.filter({ hasText: 'refused' }).first().innerText(), /make token[^]*already/);
  assert.match(await laptop.filter({ hasNotText: 'refused' }).first().innerText(), /make token[^]*read, reserve/);
  const file = await page.getByRole('link', { name: 'CSV' }).getAttribute('href');
  const table = await page.evaluate((href) => fetch(href).then((answer) => answer.text()), file);
  assert.match(table, /^at,actor,kind[^]*make token,laptop/);
  await page.locator('.filters [name=from]').fill('2001-01-01');
  await page.locator('.filters [name=to]').fill('2001-01-02');
  await page.getByText('Nothing like that was done.').waitFor();
  await page.locator('.filters [name=to]').fill('275760-09-13');
  await page.locator('.filters [name=from]').fill('');
  await rows.filter({ hasText: 'laptop' }).first().waitFor();
  await page.locator('.filters [name=to]').fill('');
  await page.setViewportSize({ width: 320, height: 700 });
  await page.emulateMedia({ colorScheme: 'dark' });
  await rows.filter({ hasText: 'laptop' }).first().waitFor();
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth));
  await accessible();
  await picture('audit-320-dark');
  await page.setViewportSize({ width: 1400, height: 900 });
  await page.emulateMedia({ colorScheme: 'light' });
  await page.getByRole('link', { name: 'Tokens' }).click();
});

await step('an administrator sees those of others', async () => {
  const others = [{
    id: 7, owner: 'ben', name: 'ci', scope: ['read', 'build'], servers: null, apps: ['shop'],
    madeAt: '2026-01-01T00:00:00Z', until: '2026-02-01T00:00:00Z', isOver: true, usedAt: null, usedFrom: null
  }];
  const json = { tokens: others, most: 20, mostDays: 9 };
  await page.route('**/api/people/tokens', (route) => route.fulfill({ json }));
  await page.evaluate(() => app.me.set({ may: ['administer', 'build', 'reserve', 'restore'] }));
  const row = page.locator('section[aria-labelledby=h-others] tbody tr');
  await row.waitFor();
  assert.match(await row.innerText(), /ci[^]*ben[^]*read, build[^]*only shop[^]*over[^]*never/);
  await accessible();
  await picture('tokens-of-others');
});

await step('nothing was complained of', async () => {
  // The browser writes down what the console refuses.
  assert.deepEqual(complaints.filter((one) => !one.includes('status of 409')), []);
});

await browser.close();
process.exitCode = outcome();

async function accessible() { assert.deepEqual(await accessibilityProblems(page), []); }

async function picture(name) {
  const folder = process.env.PICTURES;
  if (folder) await page.screenshot({ path: `${folder}/${name}.png` });
}
