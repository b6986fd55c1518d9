// Two people and one server, by clicking: what one of them sees when the other was quicker, and what becomes of builds
// when a server is released or taken over. What is sent is looked at, too: a change names the reservation that was
// seen.
//
// Usage: CONSOLE_URL=... CONSOLE_USER=... CONSOLE_PASSWORD=... OTHER_USER=... OTHER_PASSWORD=... LAB_DIR=...
//        [SERVER=qa08] node tests/browser/two-people.mjs
// SERVER: a free, running one of the lab in LAB_DIR; its repository is made to stand still, so that builds run as long
// as needed.
// Prints TAP; the last line is "N passed, N failed"; the exit code is 0 when nothing failed.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { accessibilityProblems, address, openBrowser } from './chromium.mjs';
import { Person } from './person.mjs';
import { check, outcome, step } from './tap.mjs';

const server = process.env.SERVER || 'qa08';
const browser = await openBrowser();
const anna = await Person.arrive(browser, server, process.env.CONSOLE_USER, process.env.CONSOLE_PASSWORD);
const ben = await Person.arrive(browser, server, process.env.OTHER_USER, process.env.OTHER_PASSWORD);
const repository = Number(readFileSync(`${process.env.LAB_DIR}/pid/svnserve`, 'utf8').split(' ')[0]);
let number, build;

try {
  await step('a free server is reserved, and nobody else’s reservation is named', async () => {
    await anna.goToBoard();
    await ben.goToBoard();
    await anna.clickRow('Reserve');
    await anna.dialog.getByLabel('Purpose').fill('regression of the basket');
    const { body } = await anna.sending('PUT', () => anna.submit('Reserve'));
    assert.deepEqual(body, { purpose: 'regression of the basket', hours: 4 });
    await anna.row.locator('.state.yours').waitFor();
    number = (await anna.look()).reservation.number;
  });

  await step('taking over by the keyboard alone, while the holder has a dialog open', async () => {
    await anna.clickRow('Extend');
    await ben.row.getByRole('button', { name: `Take over ${server}` }).focus();
    await ben.page.keyboard.press('Enter');
    await ben.dialog.getByText('The holder is told it in a message').waitFor();
    await accessible(ben);
    assert.equal(await ben.page.evaluate(() => document.activeElement.name), 'reason');
    await ben.page.keyboard.type('the customer waits');
    await ben.page.keyboard.press('Tab');
    await ben.page.keyboard.type('hotfix 4711');
    const { body } = await ben.sending('POST', () => ben.page.keyboard.press('Enter'));
    assert.deepEqual(body, { reason: 'the customer waits', purpose: 'hotfix 4711', hours: 4, number });
    await ben.row.locator('.state.yours').waitFor();
    const { holder, purpose, takenFrom } = (await ben.look()).reservation;
    assert.deepEqual([holder, purpose, takenFrom.holder], [ben.name, 'hotfix 4711', anna.name]);
  });

  await step('the former holder’s change is refused with the sentence, and what is there now is shown', async () => {
    await anna.dialog.getByLabel('Purpose').fill('regression of the basket, and the search');
    const { body, status } = await anna.sending('PUT', () => anna.submit('Save'));
    assert.deepEqual(body, { purpose: 'regression of the basket, and the search', number });
    assert.equal(status, 409);
    const told = await anna.dialog.locator('.problem').innerText();
    const sentence = `Reservation ${number} of ${server} has ended; it is reserved by ${ben.name}[^]*Nothing was done`;
    assert.match(told, new RegExp(sentence));
    assert.match(told, new RegExp(`${ben.name} has ${server} until`));
    await accessible(anna);
    assert.equal((await ben.look()).reservation.purpose, 'hotfix 4711');
  });

  await step('Escape closes the dialog and the focus is in the row again', async () => {
    await anna.page.keyboard.press('Escape');
    await anna.dialog.waitFor({ state: 'detached' });
    await anna.page.waitForFunction(() => document.activeElement.closest('tr'));
    const name = () => document.activeElement.closest('tr').querySelector('a.name').textContent;
    assert.equal(await anna.page.evaluate(name), server);
    const text = await anna.row.locator('.reservation').innerText();
    assert.match(text, new RegExp(`taken over from ${anna.name}: the customer waits`));
  });

  await step('a new purpose leaves the end, and a new end the purpose', async () => {
    const before = (await ben.look()).reservation;
    await ben.clickRow('Extend');
    await ben.dialog.getByLabel('Purpose').fill('hotfix 4712');
    const purpose = await ben.sending('PUT', () => ben.submit('Save'));
    assert.deepEqual(purpose.body, { purpose: 'hotfix 4712', number: before.number });
    await ben.dialog.waitFor({ state: 'detached' });
    assert.equal((await ben.look()).reservation.until, before.until);
    await ben.clickRow('Extend');
    await ben.dialog.getByLabel('1 hour more').check();
    const end = await ben.sending('PUT', () => ben.submit('Save'));
    assert.deepEqual(Object.keys(end.body).sort(), ['number', 'until']);
    assert.match(end.body.until, /Z$/);
    await ben.dialog.waitFor({ state: 'detached' });
    assert.equal((await ben.look()).reservation.purpose, 'hotfix 4712');
  });

  await step('what was changed in another tab is not overwritten', async () => {
    const tab = await Person.another(ben);
    await tab.goToBoard();
    await tab.clickRow('Extend');
    await ben.put({ purpose: 'changed in the first tab', number: (await ben.look()).reservation.number });
    await tab.row.getByText('changed in the first tab').waitFor();
    await tab.dialog.getByLabel('Purpose').fill('changed in the second tab');
    await tab.submit('Save');
    await tab.dialog.getByText('was changed meanwhile').waitFor();
    assert.equal((await ben.look()).reservation.purpose, 'changed in the first tab');
    await tab.page.close();
  });

  await step('a take-over of somebody who has gone is refused; the next click is about who is there now', async () => {
    await anna.goToBoard();
    await anna.clickRow('Take over');
    await ben.release();
    await ben.put({ purpose: 'again', hours: 2 });
    const now = (await ben.look()).reservation.number;
    await anna.dialog.getByLabel('Reason', { exact: true }).fill('the customer waits');
    assert.equal((await anna.sending('POST', () => anna.submit('Take over'))).status, 409);
    await anna.dialog.locator('.now', { hasText: `${ben.name} has ${server} until` }).getByText('again').waitFor();
    const { body, status } = await anna.sending('POST', () => anna.submit('Take over'));
    assert.deepEqual([body.number, status], [now, 200]);
    await anna.row.locator('.state.yours').waitFor();
  });

  await step('a take-over when nobody holds the server any more offers to reserve it', async () => {
    await ben.clickRow('Take over');
    await ben.dialog.getByLabel('Reason', { exact: true }).fill('the customer waits');
    await ben.dialog.getByLabel('Purpose').fill('hotfix 4711');
    await anna.release();
    assert.equal((await ben.sending('POST', () => ben.submit('Take over'))).status, 409);
    await ben.dialog.getByText('nobody holds it now').waitFor();
    await ben.dialog.getByRole('button', { name: 'Reserve it …' }).click();
    assert.equal(await ben.dialog.getByLabel('Purpose').inputValue(), 'hotfix 4711');
    await ben.submit('Reserve');
    await ben.row.locator('.state.yours').waitFor();
  });

  await step('a slow answer: one request, the button turns and is disabled, Escape waits', async () => {
    let sent = 0;
    await ben.page.route('**/reservation', async (route) => {
      sent += 1;
      await new Promise((later) => setTimeout(later, 1500));
      await route.continue();
    });
    await ben.clickRow('Extend');
    await ben.dialog.getByLabel('Purpose').fill('over a slow line');
    await ben.page.keyboard.press('Enter');
    await ben.dialog.locator('form[aria-busy=true]').waitFor();
    assert.ok(await ben.dialog.getByRole('button', { name: 'Save' }).isDisabled());
    await ben.page.keyboard.press('Enter');
    await ben.page.keyboard.press('Escape');
    assert.ok(await ben.dialog.isVisible(), 'Escape closed a dialog that waits for its answer');
    await ben.dialog.waitFor({ state: 'detached' });
    assert.equal(sent, 1);
    await ben.page.unroute('**/reservation');
  });

  await step('a release while a build runs asks, and it may finish', async () => {
    stand();
    build = await launch(ben);
    await ben.goToBoard();
    await ben.clickRow('Release');
    await ben.dialog.getByText(`Build ${build} of ${ben.name} runs`).waitFor();
    await accessible(ben);
    await ben.dialog.getByLabel('Let it finish').check();
    const held = (await ben.look()).reservation.number;
    const { query } = await ben.sending('DELETE', () => ben.submit('Release'));
    assert.deepEqual(query, { number: String(held), builds: 'finish' });
    await ben.page.locator('#notice', { hasText: `Build ${build} may finish.` }).waitFor();
    await anna.row.locator('.reservation', { hasText: `ends with build ${build}` }).waitFor();
    go();
    await anna.row.locator('.state.free').waitFor({ timeout: 120000 });
    assert.equal((await ben.buildOf(build)).state, 'succeeded');
  });

  await step('a build on a free server says that it reserves it, and names no reservation', async () => {
    stand();
    await anna.clickRow('Build');
    const sentence = `${server} is free: this reserves it for you until .*`
      + 'given back when the build has touched nothing';
    await anna.dialog.getByText(new RegExp(sentence)).waitFor();
    await accessible(anna);
    const { body } = await anna.sending('POST', () => anna.submit('Build'));
    assert.equal(body.number, undefined);
    build = await anna.buildOnPage();
    await anna.page.getByText(`Runs under the reservation of ${anna.name}, until`).waitFor();
  });

  await step('a release while a build runs cancels it as usual, and what waits says why', async () => {
    const wish = { app: 'shop', path: 'trunk', database: false, code: true };
    const next = await anna.post(`servers/${server}/builds`, wish);
    await anna.goToServer();
    await anna.page.getByRole('button', { name: 'Release' }).click();
    await anna.dialog.getByText('1 build waits behind it: it is cancelled.').waitFor();
    assert.ok(await anna.dialog.getByLabel('Cancel it').isChecked());
    const { query } = await anna.sending('DELETE', () => anna.submit('Release'));
    assert.equal(query.builds, 'cancel');
    await anna.page.locator('#notice', { hasText: `Build ${build} was cancelled.` }).waitFor({ timeout: 60000 });
    await anna.page.locator('.head .state.free').waitFor();
    await anna.page.goto(`${address}#/builds/${next.id}`);
    const why = anna.page.locator('.outcome.cancelled', { hasText: `nobody holds ${server} any more` });
    await why.waitFor({ timeout: 60000 });
    go();
  });

  await step('a take-over lets the build finish by choice, and its page says so', async () => {
    stand();
    await anna.put({ purpose: 'regression', hours: 1 });
    build = await launch(anna);
    await anna.page.getByText(`Runs under the reservation of ${anna.name}`).waitFor();
    await ben.goToServer();
    await ben.page.getByRole('button', { name: 'Take over' }).click();
    await ben.dialog.getByText(`Build ${build} of ${anna.name} runs`).waitFor();
    await ben.dialog.getByLabel('Reason', { exact: true }).fill('anna has gone home');
    await ben.dialog.getByLabel('Let it finish').check();
    await accessible(ben);
    const { body } = await ben.sending('POST', () => ben.submit('Take over'));
    assert.equal(body.builds, 'finish');
    const told = `${ben.name} has taken ${server} over: anna has gone home. This build may finish.`;
    await anna.page.getByText(told).waitFor();
    await ben.page.locator('dd', { hasText: `Build ${build} may finish.` }).waitFor();
    go();
    await anna.page.locator('.head .state.succeeded').waitFor({ timeout: 120000 });
  });

  await step('a launch and a repetition name the reservation that is seen', async () => {
    const held = (await ben.look()).reservation.number;
    build = await launch(ben, held);
    await ben.page.locator('.head .state.succeeded').waitFor({ timeout: 120000 });
    await ben.page.getByRole('button', { name: 'Run again' }).click();
    await accessible(ben);
    const { body } = await ben.sending('POST', () => ben.submit('Replace the database'));
    assert.deepEqual(body, { number: held });
    await ben.page.waitForURL((url) => !url.hash.endsWith(`/${build}`));
    await ben.page.locator('.head .state.succeeded').waitFor({ timeout: 120000 });
  });

  await step('a release without a build is one click', async () => {
    const held = (await ben.look()).reservation.number;
    await ben.goToBoard();
    const { query } = await ben.sending('DELETE', () => ben.clickRow('Release'));
    assert.deepEqual(query, { number: String(held) });
    await ben.row.locator('.state.free').waitFor();
  });

  await step('a server that cannot be used says why where its button would be', async () => {
    const { servers } = await ben.get('servers');
    // One that is shut off or has crashed can be reserved: to start it.
    const off = servers.find((one) => one.unusable && !one.reservation && one.state === 'paused');
    const row = ben.rowOf(off.name);
    assert.equal(await row.locator('.actions').innerText(), off.unusable);
    assert.equal(await row.getByRole('button').count(), 0);
    await ben.page.goto(`${address}#/servers/${off.name}`);
    await ben.page.getByRole('region', { name: 'Reservation' }).getByText(off.unusable).waitFor();
  });

  // A 409 is written into the browser's console by the browser itself.
  await check('the browsers had nothing else to complain about', () =>
    assert.deepEqual([...anna.complaints, ...ben.complaints].filter((text) => !/status of 409/.test(text)), []));
} finally {
  go();
}

await browser.close();
process.exit(outcome());

async function accessible(person) { assert.deepEqual(await accessibilityProblems(person.page), []); }

// A build of database and code, by the dialog; the browser is on the page of the build then.
async function launch(person, held) {
  await person.goToServer();
  await person.page.getByRole('button', { name: 'Build', exact: true }).click();
  await person.dialog.getByText(`Runs under your reservation of ${server}`).waitFor();
  await person.dialog.getByLabel('App').selectOption('shop');
  await person.dialog.getByLabel('Path').fill('trunk');
  const { body } = await person.sending('POST', () => person.submit('Build'));
  assert.equal(body.number, held ?? (await person.look()).reservation.number);
  const id = await person.buildOnPage();
  await person.page.locator('.head .state:is(.running, .succeeded)').waitFor();
  return id;
}

function stand() { process.kill(repository, 'SIGSTOP'); }
function go() { process.kill(repository, 'SIGCONT'); }
