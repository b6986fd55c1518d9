// A person reserves a server that is shut off, starts it, and shuts it down and resets it when they mean it; seen on a
// phone and in the dark, too. On the lab it is qa12.
//
// Usage: CONSOLE_URL=... CONSOLE_USER=... CONSOLE_PASSWORD=... OTHER_USER=... OTHER_PASSWORD=... ADMIN_USER=...
//        ADMIN_PASSWORD=... [PICTURES=FOLDER] node tests/browser/power.mjs
// Prints TAP; the last line is "N passed, N failed"; the exit code is 0 when nothing failed.
import assert from 'node:assert/strict';
import { accessibilityProblems, openBrowser } from './chromium.mjs';
import { Person } from './person.mjs';
import { outcome, step } from './tap.mjs';

const { env } = process;
const server = 'qa12';
const browser = await openBrowser();
const anna = await Person.arrive(browser, server, env.CONSOLE_USER, env.CONSOLE_PASSWORD);
const { page, dialog, complaints } = anna;
const button = (who, word) => who.page.getByRole('button', { name: word, exact: true });
const isNow = async (who, state) => {
  while ((await who.look()).state !== state) await page.waitForTimeout(200);
  await who.page.locator('.head .state', { hasText: state === 'running' ? 'yours' : state }).waitFor();
};

await step('a server that is shut off can be reserved, which says that it can be started', async () => {
  await anna.goToBoard();
  await anna.row.locator('.state', { hasText: 'shut off' }).waitFor();
  await anna.clickRow('Reserve');
  await dialog.getByLabel('Purpose').fill('a kernel that hangs');
  await anna.submit('Reserve');
  await dialog.waitFor({ state: 'detached' });
  await anna.goToServer();
  await page.getByText('Who holds it can start it here.').waitFor();
  await button(anna, 'Start').waitFor();
  await accessible(anna);
  await picture('stopped');
});

await step('somebody else has no such buttons, and an administrator has', async () => {
  const ben = await Person.arrive(browser, server, env.OTHER_USER, env.OTHER_PASSWORD);
  await ben.goToServer();
  assert.equal(await button(ben, 'Start').count(), 0);
  const carla = await Person.arrive(browser, server, env.ADMIN_USER, env.ADMIN_PASSWORD);
  await carla.goToServer();
  await button(carla, 'Start').waitFor();
  for (const who of [ben, carla]) await who.page.context().close();
});

await step('one click starts it, once, and says when it can be used', async () => {
  const { number } = (await anna.look()).reservation;
  const sent = await anna.sending('POST', () => button(anna, 'Start').dblclick());
  assert.deepEqual([sent.body, sent.status], [{ action: 'start', number }, 200]);
  await page.locator('#notice', { hasText: `${server} is started.` }).waitFor();
  await isNow(anna, 'running');
  await button(anna, 'Shut down …').waitFor();
  assert.equal(await button(anna, 'Start').count(), 0);
});

await step('a reset says first what is lost, and is left with nothing done', async () => {
  await button(anna, 'Reset …').click();
  await dialog.getByText('what it had not written to its disk is lost').waitFor();
  await accessible(anna);
  await picture('reset-dialog');
  await anna.submit('Cancel');
  await dialog.waitFor({ state: 'detached' });
  await button(anna, 'Reset …').click();
  await anna.submit('Reset it');
  await page.locator('#notice', { hasText: `${server} is reset.` }).waitFor();
});

await step('an administrator who shuts it down reads whose it is, and the holder is told', async () => {
  const carla = await Person.arrive(browser, server, env.ADMIN_USER, env.ADMIN_PASSWORD);
  await carla.goToServer();
  await button(carla, 'Shut down …').click();
  await carla.dialog.getByText(`${env.CONSOLE_USER} holds ${server}, and is told.`).waitFor();
  await carla.submit('Shut it down');
  await carla.page.locator('#notice', { hasText: `${server} is asked to shut down.` }).waitFor();
  await isNow(anna, 'shut off');
  await page.getByText(`${env.ADMIN_USER} has shut down ${server}.`).first().waitFor();
  await carla.page.context().close();
});

await step('what cannot be done is said where it was asked for', async () => {
  await page.route('**/power', (route) => route.fulfill({
    status: 502, contentType: 'application/problem+json',
    json: { type: 'urn:test-server-console:failed', title: 'A host could not do it', status: 502,
      detail: `${server} could not be started: virsh failed: error: no room`, traceId: '0' }
  }));
  await button(anna, 'Start').click();
  await page.locator('.problem', { hasText: 'virsh failed: error: no room' }).waitFor();
  await page.unroute('**/power');
  await anna.release();
  assert.deepEqual(complaints.filter((one) => !one.includes('502')), []);
});

await browser.close();
process.exit(outcome());

async function accessible(who) {
  assert.deepEqual(await accessibilityProblems(who.page), []);
}

async function picture(what) {
  if (!env.PICTURES) return;
  for (const [name, width, colorScheme] of [['wide', 1400, 'light'], ['phone', 390, 'light'], ['dark', 1400, 'dark']]) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 900 });
    await page.screenshot({ path: `${env.PICTURES}/power-${what}-${name}.png`, fullPage: true });
  }
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize({ width: 1400, height: 900 });
}
