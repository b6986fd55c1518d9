// A person keeps the state of a server's database, goes back to it, and drops it; seen on a phone and in the dark, too.
//
// Usage: CONSOLE_URL=... CONSOLE_USER=... CONSOLE_PASSWORD=... SERVER=qa08 [PICTURES=FOLDER]
//        node tests/browser/savepoints.mjs
// Prints TAP; the last line is "N passed, N failed"; the exit code is 0 when nothing failed.
import assert from 'node:assert/strict';
import { accessibilityProblems, fetched, openBrowser } from './chromium.mjs';
import { Person } from './person.mjs';
import { outcome, step } from './tap.mjs';

const { SERVER: server, CONSOLE_USER: name, CONSOLE_PASSWORD: password } = process.env;
const browser = await openBrowser();
const anna = await Person.arrive(browser, server, name, password);
const { page, dialog, complaints } = anna;
const section = page.locator('section[aria-labelledby=h-savepoints]');
const rowOf = (word) => section.locator('tbody tr', { hasText: word });
const long = 'before the import of all the orders of the last ten years, x';

await step('a server with a database says that nothing is kept of it', async () => {
  await anna.goToBoard();
  const build = await anna.post(`servers/${server}/builds`, { app: 'shop', path: 'trunk', database: true, code: true });
  assert.ok(build.id, JSON.stringify(build));
  const ended = async () => (await anna.buildOf(build.id)).state === 'succeeded';
  while (!await ended()) await page.waitForTimeout(300);
  await anna.goToServer();
  await section.getByText('Nothing is kept.').waitFor();
  await accessible();
});

await step('its state is kept under a name, which is asked for with how long it takes', async () => {
  await section.getByRole('button', { name: 'Keep this state …' }).click();
  await dialog.getByText('What its databases have now is copied.').waitFor();
  await accessible();
  await picture('keep-dialog');
  await anna.submit('Keep it');
  assert.match(await dialog.locator('.problem').innerText(), /Fill in: name/);
  await dialog.getByLabel('Name').fill(long);
  await dialog.getByLabel('Note').fill('20 orders');
  const sent = await anna.sending('POST', () => anna.submit('Keep it'));
  assert.deepEqual([sent.body.name, sent.body.note, sent.status], [long, '20 orders', 200]);
  await dialog.waitFor({ state: 'detached' });
  assert.match(await rowOf('20 orders').innerText(), /by anna/);
});

await step('who looks at the same server sees it at once, and what goes on is told with its name', async () => {
  const second = await Person.another(anna);
  await second.goToServer();
  const there = second.page.locator('section[aria-labelledby=h-savepoints]');
  await there.getByText('20 orders').waitFor();
  const more = await anna.post(`servers/${server}/savepoints`, { name: 'one more' });
  await there.locator('b', { hasText: 'one more' }).waitFor({ timeout: 3000 });
  await anna.erase(`servers/${server}/savepoints/${more.savepoint.id}`);
  await there.locator('b', { hasText: 'one more' }).waitFor({ state: 'detached', timeout: 3000 });
  await second.page.close();
});

await step('what takes longer than its answer is said to go on, and why it failed stands there', async () => {
  const list = `**/api/servers/${server}/savepoints`;
  const late = { done: false, message: 'GET api/servers tells.' };
  await page.route(list, (route) => (route.request().method() === 'POST'
    ? route.fulfill({ status: 202, json: late }) : route.continue()));
  await section.getByRole('button', { name: 'Keep this state …' }).click();
  await dialog.getByLabel('Name').fill('a large one');
  await anna.submit('Keep it');
  await page.locator('#notice', { hasText: 'How far it is stands under Savepoints' }).waitFor();
  await page.unroute(list);
  const at = new Date().toISOString();
  await page.route(list, async (route) => {
    const headers = { ...route.request().headers(), 'if-none-match': '' };
    const answer = await (await fetched(route, { headers })).json();
    const ended = { savepoint: '9', name: 'a large one', back: false, by: name, at, endedAt: at };
    await route.fulfill({ json: { ...answer, last: { ...ended, problem: 'The disk is full.' } } });
  });
  await anna.goToBoard();
  await anna.goToServer();
  await section.getByText('“a large one” could not be kept').waitFor();
  assert.match(await section.innerText(), /could not be kept, .*, by anna: The disk is full\./);
  await accessible();
  await picture('failed');
  await page.unroute(list);
});

await step('going back asks once, and the configuration says of what the data are', async () => {
  await rowOf('20 orders').getByRole('button', { name: `Go back … to ${long}` }).click();
  await dialog.getByText('What was changed in them').waitFor();
  await accessible();
  await picture('back-dialog');
  const sent = await anna.sending('POST', () => anna.submit('Go back'));
  assert.equal(sent.status, 200);
  await dialog.waitFor({ state: 'detached' });
  await page.getByText(`as kept in “${long}”; anna went back`).waitFor();
});

await step('it fits on a phone and in the dark', async () => {
  for (const [width, height, colorScheme] of [[1600, 1000, 'light'], [1200, 900, 'dark'], [390, 844, 'light']]) {
    await page.setViewportSize({ width, height });
    await page.emulateMedia({ colorScheme });
    await page.waitForTimeout(300);   // the last paint
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), `${width} wide`);
    await accessible();
    await picture(`savepoints-${width}-${colorScheme}`);
  }
  await page.setViewportSize({ width: 1400, height: 900 });
  await page.emulateMedia({ colorScheme: 'light' });
});

await step('where there are as many as may be, one more is kept in place of one that is chosen', async () => {
  for (const word of ['second', 'third']) await anna.post(`servers/${server}/savepoints`, { name: word });
  await page.reload();
  await section.getByText(`${server} has 3 savepoints, and may have 3.`).waitFor();
  await section.getByRole('button', { name: 'Keep this state …' }).click();
  const places = dialog.getByLabel('In place of');
  assert.match((await places.locator('option').allInnerTexts())[0], /^before the import .*, of anna, /);
  await places.selectOption({ index: 1 });
  await dialog.getByLabel('Name').fill('fourth');
  await accessible();
  await picture('keep-in-place');
  const sent = await anna.sending('POST', () => anna.submit('Keep it'));
  assert.equal(sent.status, 200);
  await dialog.waitFor({ state: 'detached' });
  await rowOf('fourth').waitFor();
  await rowOf('second').waitFor({ state: 'detached' });
  for (const word of ['fourth', 'third']) {
    await rowOf(word).getByRole('button', { name: `Drop … ${word}` }).click();
    await anna.submit('Drop it');
    await rowOf(word).waitFor({ state: 'detached' });
  }
});

await step('it is dropped after a question', async () => {
  await rowOf('20 orders').getByRole('button', { name: `Drop … ${long}` }).click();
  await dialog.getByText('stay as they are now').waitFor();
  await anna.submit('Drop it');
  await section.getByText('Nothing is kept.').waitFor();
});

await step('the room on the database hosts is told', async () => {
  await page.getByRole('link', { name: 'Bases' }).click();
  const room = page.locator('section[aria-labelledby=h-room]');
  await room.getByText('free of').first().waitFor();
  await room.locator('summary').first().click();
  await room.getByText(`copy_shop_${server}`).waitFor();
  await accessible();
  await picture('room');
  assert.equal(await anna.release(), 204);
});

await step('nothing was complained of', async () => assert.deepEqual(complaints, []));

await browser.close();
process.exitCode = outcome();

async function accessible() { assert.deepEqual(await accessibilityProblems(page), []); }

async function picture(file) {
  const folder = process.env.PICTURES;
  if (folder) await page.screenshot({ path: `${folder}/${file}.png`, fullPage: true });
}
