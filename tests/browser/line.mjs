// Two people and a line for one server, by clicking and by the keyboard: one waits, is asked and answered, has the
// turn, takes it, takes a release back, shares and gives. An administrator puts it out of service, and sees what was
// sent. Then any free server: a dialog, the same by curl, and the line for any when none is free.
//
// Usage: CONSOLE_URL=... CONSOLE_USER=... CONSOLE_PASSWORD=... OTHER_USER=... OTHER_PASSWORD=... ADMIN_USER=...
//        ADMIN_PASSWORD=... [SERVER=qa08] [PICTURES=FOLDER] node tests/browser/line.mjs
// SERVER: a free, running one with the tag "release", of a lab of which nobody else uses a server meanwhile.
// Prints TAP; the last line is "N passed, N failed"; the exit code is 0 when nothing failed.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { accessibilityProblems, address, fetched, openBrowser } from './chromium.mjs';
import { Person } from './person.mjs';
import { check, outcome, step } from './tap.mjs';

const server = process.env.SERVER || 'qa08';
const browser = await openBrowser();
const anna = await Person.arrive(browser, server, process.env.CONSOLE_USER, process.env.CONSOLE_PASSWORD);
const ben = await Person.arrive(browser, server, process.env.OTHER_USER, process.env.OTHER_PASSWORD);
const any = anna.page.getByRole('button', { name: 'Any free server …' });
const place = (person) => person.page.locator('.place');

const carla = await Person.arrive(browser, server, process.env.ADMIN_USER, process.env.ADMIN_PASSWORD);

try {
  await step('one click makes a reservation an hour longer', async () => {
    await anna.goToBoard();
    await ben.goToBoard();
    await anna.clickRow('Reserve');
    await anna.dialog.getByLabel('Purpose').fill('regression of the basket');
    await anna.submit('Reserve');
    await anna.holds();
    // The longest words that an end has: that of tomorrow, or of a day further on.
    for (const hours of [30, 100, 2]) {
      await anna.put({ hours });
      await anna.row.locator('.left', { hasText: { 30: '29 h', 100: '4 d', 2: '1 h' }[hours] }).waitFor();
      const before = (await anna.look()).reservation;
      const { body } = await anna.sending('PUT', () => anna.clickRow('+1 h for'));
      assert.equal(body.number, before.number);
      const after = (await anna.look()).reservation;
      assert.equal(new Date(after.until) - new Date(before.until), 3600000);
    }
    await accessible(anna);
  });

  await step('what a click has done can be had for curl: by its notice, and at the foot of each page', async () => {
    await anna.page.locator('#notice').getByRole('button', { name: 'As curl' }).click();
    const field = anna.dialog.getByLabel('The same by curl');
    const line = await field.inputValue();
    await accessible(anna);
    await anna.page.keyboard.press('Escape');
    await anna.dialog.waitFor({ state: 'detached' });
    const before = (await anna.look()).reservation;
    const { token, secret } = await anna.post('tokens', { name: 'hour', scope: ['read', 'reserve'], days: 1 });
    const env = { ...process.env, TOKEN: secret };
    const told = JSON.parse(execFileSync('bash', ['-c', line], { env, stdio: 'pipe' }));
    assert.deepEqual([told.number, told.until], [before.number, before.until]);
    await anna.erase(`tokens/${token.id}`);
    // On a slow network the page comes when the focus is somewhere else already, and leaves it there.
    let letIn;
    const gate = new Promise((done) => { letIn = done; });
    await anna.page.route('**/bases-page.js', (route) => gate.then(() => route.continue()));
    await anna.page.getByRole('link', { name: 'Bases' }).click();
    await anna.page.getByRole('button', { name: 'What was done last, as curl' }).focus();
    letIn();
    await anna.page.getByRole('heading', { level: 1, name: 'Bases' }).waitFor();
    await anna.page.keyboard.press('Enter');
    assert.equal(await field.inputValue(), line);
    await anna.page.keyboard.press('Tab');
    await anna.dialog.getByRole('button', { name: 'Copy' }).focus();
    await anna.page.keyboard.press('Enter');
    await anna.dialog.getByText(/Copied|It is selected/).waitFor();
    await anna.dialog.getByRole('button', { name: 'Close' }).click();
    await anna.goToBoard();
  });

  await step('somebody waits in line, by the keyboard alone, and both see it', async () => {
    await ben.row.getByRole('button', { name: `Wait ${server}` }).focus();
    await ben.page.keyboard.press('Enter');
    await ben.dialog.getByText('Nobody who comes later can take it').waitFor();
    await accessible(ben);
    assert.equal(await ben.page.evaluate(() => document.activeElement.name), 'purpose');
    await ben.page.keyboard.type('hotfix 4711');
    await ben.dialog.getByLabel('Hours').fill('0');
    await ben.page.keyboard.press('Enter');
    await ben.dialog.locator('.problem', { hasText: '`hours` is more than 0' }).waitFor();
    await ben.dialog.getByLabel('Hours').fill('4');
    const { body } = await ben.sending('POST', () => ben.page.keyboard.press('Enter'));
    assert.deepEqual(body, { purpose: 'hotfix 4711', hours: 4 });
    await ben.row.getByText('you wait for it').waitFor();
    const wide = (all) => all.filter((one) => one.scrollWidth > one.clientWidth).map(({ name }) => name);
    assert.deepEqual(await ben.row.getByRole('button').evaluateAll(wide), []);
    await anna.row.getByText(`${ben.name} waits for it`).waitFor();
    await anna.row.getByRole('button', { name: `+1 h for ${server}` }).waitFor({ state: 'detached' });
  });

  await step('who waits asks for it, and one click answers', async () => {
    await ben.goToServer();
    await anna.goToServer();
    await ben.page.getByRole('button', { name: 'Ask for it' }).click();
    await ben.dialog.getByLabel('Why').fill('the hotfix has to go out');
    await accessible(ben);
    await ben.submit('Ask');
    await anna.page.locator('#page').getByText('the hotfix has to go out').waitFor();
    await accessible(anna);
    await anna.page.getByRole('button', { name: 'I still need it' }).click();
    await ben.page.getByText(`${anna.name} still needs it`).waitFor();
    await anna.page.getByRole('button', { name: 'I still need it' }).waitFor({ state: 'detached' });
  });

  await step('a release makes it the first one’s turn; the former holder cannot take it back', async () => {
    await anna.goToBoard();
    await ben.goToBoard();
    await anna.clickRow('Release');
    await ben.row.getByText('held for you').waitFor();
    await anna.row.getByText(`held for ${ben.name}`).waitFor();
    assert.equal(await anna.row.getByRole('button', { name: `Reserve ${server}` }).count(), 0);
    await anna.page.locator('#notice').getByRole('button', { name: 'Undo' }).click();
    await anna.page.locator('#notice', { hasText: `It is ${ben.name}'s turn` }).waitFor();
    await accessible(ben);
  });

  await step('one click takes it, with the purpose of the place in the line, as the turn passes, too', async () => {
    await ben.page.route('**/reservation', async (route) => {
      await ben.erase(`servers/${server}/line`);
      await route.continue();
    }, { times: 1 });
    await ben.clickRow('Take it');
    await ben.holds();
    const { reservation, line } = await ben.look();
    assert.deepEqual([reservation.holder, reservation.purpose, line], [ben.name, 'hotfix 4711', null]);
  });

  await step('a release is taken back, under its number', async () => {
    const { number } = (await ben.look()).reservation;
    await ben.clickRow('Release');
    await anna.row.locator('.state.free').waitFor();
    await ben.page.locator('#notice').getByRole('button', { name: 'Undo' }).focus();
    await ben.page.keyboard.press('Enter');
    await ben.holds();
    assert.equal((await ben.look()).reservation.number, number);
  });

  await step('each of two releases is taken back, also when an answer was lost, and the focus stays', async () => {
    const other = (await free(ben))[0];
    await ben.write('PUT', `servers/${other}/reservation`, { purpose: 'hotfix 4712', hours: 1 });
    await ben.rowOf(other).getByRole('button', { name: `Release ${other}` }).click();
    const lines = ben.page.locator('#notice p');
    await lines.filter({ hasText: other }).waitFor();
    await ben.clickRow('Release');
    await lines.filter({ hasText: server }).waitFor();
    await accessible(ben);
    await ben.page.route('**/undo', async (route) => {
      await fetched(route);
      await route.abort();
    }, { times: 1 });
    const undo = (name) => lines.filter({ hasText: name }).getByRole('button', { name: 'Undo' });
    await undo(other).click();
    await lines.filter({ hasText: 'Try again: it is done once.' }).getByRole('button', { name: 'Undo' }).click();
    await lines.filter({ hasText: `${other} is yours again` }).waitFor();
    await undo(server).focus();
    await ben.page.keyboard.press('Enter');
    await ben.holds();
    await lines.filter({ hasText: `${server} is yours again` }).waitFor();
    assert.equal(await ben.page.evaluate(() => document.activeElement.closest('#notice')?.id), 'notice');
    await drop(ben, other);
  });

  await step('where an answer was lost, a row does not say that a second click does nothing', async () => {
    await ben.page.route('**/reservation', (route) => route.abort(), { times: 1 });
    await ben.clickRow('+1 h for');
    await ben.row.locator('.problem', { hasText: 'Look whether it was done before you try again.' }).waitFor();
  });

  await step('a server is shared and given, and its page says who has had it', async () => {
    await ben.goToServer();
    await ben.page.getByRole('button', { name: 'Share …' }).click();
    await ben.dialog.getByLabel('Who may build on it').fill(anna.name);
    await accessible(ben);
    await ben.submit('Save');
    await anna.row.getByRole('button', { name: `Build ${server}` }).waitFor();
    // A part that comes late does not stand over another page.
    await ben.page.route('**/give-dialog.js', async (route) => {
      await ben.page.getByRole('link', { name: 'Queue' }).click();
      await ben.page.getByRole('heading', { name: 'Queue' }).waitFor();
      await route.continue();
    }, { times: 1 });
    const came = ben.page.waitForResponse('**/give-dialog.js');
    await ben.page.getByRole('button', { name: 'Give …' }).click();
    await came;
    await ben.page.goBack();
    await ben.page.getByRole('button', { name: 'Share …' }).waitFor();
    assert.equal(await ben.dialog.count(), 0);
    await ben.page.getByRole('button', { name: 'Give …' }).click();
    await ben.dialog.getByLabel('Colleague').waitFor();
    const offered = await ben.dialog.locator('option').allTextContents();
    assert.deepEqual([anna, ben].map(({ name }) => offered.includes(name)), [true, false]);
    await accessible(ben);
    await ben.dialog.getByLabel('Colleague').fill(anna.name);
    await ben.submit('Give');
    await anna.holds();
    const past = ben.page.locator('.past table');
    await past.getByText('given to a colleague').first().waitFor();
    assert.equal(await past.locator('tbody tr').count() >= 2, true);
    await accessible(ben);
    assert.equal(await anna.release(), 204);
  });

  await step('an administrator puts it out of service: everybody sees why, and places stay', async () => {
    await anna.goToBoard();
    await ben.goToBoard();
    await anna.put({ purpose: 'regression of the basket', hours: 1 });
    await ben.post(`servers/${server}/line`, { purpose: 'hotfix 4711' });
    await carla.goToServer();
    await carla.page.getByRole('button', { name: 'Out of service …' }).click();
    await carla.dialog.getByText(`${anna.name} has ${server}`).waitFor();
    await accessible(carla);
    assert.equal(await carla.page.evaluate(() => document.activeElement.name), 'note');
    await carla.page.keyboard.type('a new disk');
    await carla.dialog.getByLabel('1 hour').check();
    const { body } = await carla.sending('PUT', () => carla.page.keyboard.press('Enter'));
    assert.deepEqual(body, { out: true, note: 'a new disk', hours: 1 });
    await carla.page.locator('.out-of-service', { hasText: 'a new disk' }).waitFor();
    const isShown = () => getComputedStyle(document.getElementById('notice')).opacity === '1';
    await carla.page.waitForFunction(isShown);
    await accessible(carla);
    await anna.row.locator('.status', { hasText: 'out of service' }).waitFor();
    assert.equal(await anna.row.getByRole('button', { name: `Build ${server}` }).count(), 0);
    await anna.row.locator('.actions', { hasText: 'a new disk' }).waitFor();
    await anna.clickRow('Release');
    await ben.row.locator('.state.service').waitFor();
    await ben.row.getByText('you wait for it').waitFor();
    await accessible(ben);
  });

  await step('its note is changed, it is put back, and that is undone and done again', async () => {
    await carla.page.getByRole('button', { name: 'Change …' }).click();
    await carla.dialog.getByLabel('Note').fill('a new disk, and memory');
    const { number, until } = (await carla.look()).service;
    const { body } = await carla.sending('PUT', () => carla.submit('Save'));
    assert.deepEqual(body, { out: true, note: 'a new disk, and memory', until, number });
    await ben.row.locator('.actions', { hasText: 'and memory' }).waitFor();
    await carla.page.getByRole('button', { name: 'Back in service' }).click();
    await ben.row.getByText('held for you').waitFor();
    await carla.page.locator('#notice').getByRole('button', { name: 'Undo' }).click();
    await ben.row.locator('.state.service').waitFor();
    const { note, until: again } = (await carla.look()).service;
    assert.deepEqual([note, again], ['a new disk, and memory', until]);
    await carla.page.getByRole('button', { name: 'Back in service' }).click();
    await ben.clickRow('Take it');
    await ben.holds();
  });

  await step('its tags are in its row and on its page, and the filter finds them', async () => {
    assert.deepEqual((await ben.look()).tags, ['release']);
    await ben.row.locator('.server-tag', { hasText: 'release' }).waitFor();
    await carla.page.locator('.head .server-tag', { hasText: 'release' }).waitFor();
  });

  await step('who waits for it and who has it are told that it was out of service, and that it is back', async () => {
    const { messages } = await ben.get('messages');
    const kinds = messages.filter((one) => one.server === server).map(({ kind }) => kind);
    assert.deepEqual(kinds.filter((kind) => /Service$/.test(kind)).slice(0, 2), ['backInService', 'outOfService']);
    assert.equal((await carla.get('messages')).messages.filter(({ kind }) => /Service$/.test(kind)).length, 0);
  });

  await step('an administrator sees what was sent and is not taken; others have no such page', async () => {
    const pageOf = (person) => person.page.getByRole('link', { name: 'Deliveries' });
    assert.equal(await pageOf(anna).count(), 0);
    await anna.page.goto(`${address}#/deliveries`);
    await anna.page.locator('.problem', { hasText: 'administrator' }).waitFor();
    await pageOf(carla).click();
    await carla.page.getByRole('heading', { name: 'Nothing was sent yet' }).waitFor();
    await accessible(carla);
    await carla.page.route('**/api/deliveries', (route) => route.fulfill({ json: { deliveries: manyDeliveries() } }));
    await carla.page.reload();
    await carla.page.locator('.receivers li').nth(2).waitFor();
    const first = carla.page.locator('.receivers li').first();
    assert.match(await first.innerText(), /^a-chat-room[^]*10 not taken[^]*has taken nothing/);
    const rows = carla.page.locator('.audit-table tbody tr');
    assert.equal(await rows.count(), 50);
    await accessible(carla);
    await picture(carla, 'deliveries');
    await carla.page.getByRole('button', { name: 'More', exact: true }).click();
    await carla.page.waitForFunction(() => document.querySelectorAll('.audit-table tbody tr').length === 60);
    await carla.page.getByLabel('Only what was not taken').check();
    await carla.page.waitForFunction(() => document.querySelectorAll('.audit-table tbody tr').length === 20);
    await carla.page.locator('.filters [name=receiver]').selectOption('by e-mail');
    await carla.page.waitForFunction(() => document.querySelectorAll('.audit-table tbody tr').length === 10);
    await carla.page.setViewportSize({ width: 390, height: 800 });
    assert.ok(await carla.page.evaluate(() => document.documentElement.scrollWidth <= 390), 'it is wider than a phone');
    await accessible(carla);
    await picture(carla, 'deliveries-phone');
    await carla.page.unroute('**/api/deliveries');
  });

  await step('any free server is asked for by the keyboard alone; Escape asks for nothing', async () => {
    await anna.goToBoard();
    const keys = anna.page.keyboard;
    await any.focus();
    await keys.press('Enter');
    await anna.dialog.waitFor();
    await accessible(anna);
    await keys.type('nothing');
    await keys.press('Escape');
    await anna.dialog.waitFor({ state: 'detached' });
    assert.deepEqual(await heldBy(anna), []);
    assert.equal(await any.evaluate((one) => one === document.activeElement), true);
    await keys.press('Enter');
    await keys.type('the shop, until later');
    await keys.press('Tab');
    await keys.type('shop');
    // Tags, the end, curl and Cancel stand before it.
    const isThere = () => anna.page.evaluate(() => document.activeElement.type === 'submit');
    for (let tabs = 0; tabs < 12 && !await isThere(); tabs += 1) await keys.press('Tab');
    const { body } = await anna.sending('POST', () => keys.press('Enter'));
    assert.deepEqual(body, { purpose: 'the shop, until later', app: 'shop', hours: 4 });
    await anna.page.waitForURL(/#\/servers\//);
    const [taken] = await heldBy(anna);
    assert.ok(anna.page.url().endsWith(`#/servers/${taken}`));
    await anna.page.locator('.head .state.yours').waitFor();
    await drop(anna, taken);
  });

  await step('the dialog’s line for curl does what the dialog would, whatever the purpose is', async () => {
    const purpose = 'it\'s "anna\'s" $HOME `id` \\ – 100 %';
    const { token, secret } = await anna.post('tokens', { name: 'line', scope: ['read', 'reserve'], days: 1 });
    await anna.goToBoard();
    await any.click();
    await anna.dialog.getByLabel('Purpose').fill(purpose);
    await anna.dialog.getByRole('button', { name: 'As curl' }).click();
    const field = anna.dialog.getByLabel('The same by curl');
    const line = await field.inputValue();
    await anna.dialog.getByText(/Copied|It is selected/).waitFor();
    await accessible(anna);
    assert.deepEqual(await heldBy(anna), [], 'it was sent');
    await anna.dialog.getByLabel('Purpose').fill('another');
    await field.waitFor({ state: 'detached' });
    const env = { ...process.env, TOKEN: secret };
    const told = JSON.parse(execFileSync('bash', ['-c', line], { env, stdio: 'pipe' }));
    assert.deepEqual([told.reservation.holder, told.reservation.purpose], [anna.name, purpose]);
    await drop(anna, told.server);
    await anna.erase(`tokens/${token.id}`);
    await anna.dialog.getByRole('button', { name: 'Cancel' }).click();
  });

  await step('when none is free, the dialog offers the line for any, and the board shows the place', async () => {
    for (const one of await free(ben)) {
      await ben.write('PUT', `servers/${one}/reservation`, { purpose: 'all of them', hours: 1 });
    }
    await anna.page.locator('.shown', { hasText: 'the next end: ' }).waitFor();
    await any.click();
    await anna.dialog.getByLabel('Purpose').fill('hotfix 4711');
    await anna.submit('Reserve one');
    await anna.dialog.getByText('No server is free').waitFor();
    await accessible(anna);
    await anna.dialog.getByRole('button', { name: 'Wait for one' }).dblclick();
    await place(anna).getByText('no. 1 in the line, likely').waitFor();
    assert.equal((await anna.get('line')).own.length, 1);
    await accessible(anna);
    await ben.goToBoard();
    await ben.post('line', { purpose: 'one more', hours: 1 });
    await place(ben).getByText('no. 2 in the line').waitFor({ timeout: 5000 });
  });

  await step('it is one’s turn, a click takes it, the next one moves up, and leaves', async () => {
    const [first] = await heldBy(ben);
    await drop(ben, first);
    await place(anna).getByText(`Your turn: ${first} is held for you`).waitFor({ timeout: 5000 });
    await anna.rowOf(first).locator('.state', { hasText: 'your turn' }).waitFor();
    await place(anna).getByRole('button', { name: 'Take it' }).click();
    await anna.rowOf(first).locator('.state.yours', { hasText: /^\s*yours\s*$/ }).waitFor();
    assert.deepEqual(await heldBy(anna), [first]);
    await place(ben).getByText('no. 1 in the line').waitFor({ timeout: 5000 });
    const leave = place(ben).getByRole('button', { name: 'Leave' });
    const { x, y } = await leave.boundingBox();
    await leave.click();
    await place(ben).getByText('is over').waitFor();
    const under = await ben.page.evaluate(([left, top]) => document.elementFromPoint(left, top)
      .closest('button, a')?.outerHTML ?? null, [x + 5, y + 5]);
    assert.equal(under, null);
    await ben.page.mouse.move(5, 5);
    await place(ben).waitFor({ state: 'detached' });
    assert.deepEqual((await ben.get('line')).own, []);
  });

  // A refusal, and what was cut here, is written into the browser's console by the browser itself.
  await check('the browsers had nothing else to complain about', () =>
    assert.deepEqual([anna, ben, carla].flatMap(({ complaints }) => complaints)
      .filter((text) => !/status of 40[039]|ERR_FAILED/.test(text)), []));
} finally {
  for (const person of [anna, ben]) {
    await person.release();
    for (const one of await heldBy(person)) await drop(person, one);
    for (const { place: number } of (await person.get('line')).own) await person.erase(`line/${number}`);
  }
  await carla.write('PUT', `servers/${server}/service`, { out: false });
  await browser.close();
}
process.exit(outcome());

async function heldBy(person) {
  const { servers } = await person.get('servers');
  return servers.filter((one) => one.reservation?.holder === person.name).map(({ name }) => name);
}

async function free(person) {
  const { servers } = await person.get('servers');
  return servers.filter((one) => !one.reservation && !one.unusable).map(({ name }) => name);
}

function drop(person, name) { return person.erase(`servers/${name}/reservation`); }

// As a webhook that refuses, one that takes, and an SMTP server would have left them.
function manyDeliveries() {
  const at = (minutes) => new Date(Date.now() + minutes * 60000).toISOString();
  const long = 'a-chat-room-with-a-name-that-is-as-long-as-a-name-may-well-be-in-some-places';
  return Array.from({ length: 60 }, (_one, n) => {
    const [webhook, state] = [[long, 'waiting'], ['bot', 'delivered'], ['bot', 'delivered'], [null, 'givenUp'],
      ['bot', 'delivered'], ['bot', 'delivered']][n % 6];
    return {
      id: 60 - n, webhook, state, attempts: state === 'waiting' ? 4 : 1, nextAt: state === 'waiting' ? at(7) : null,
      answer: { waiting: 'HTTP 500: <b>broken</b>', delivered: 'HTTP 200', givenUp: '550 no such mailbox' }[state],
      answeredAt: at(-n),
      notice: {
        event: 'takenOver', text: `ben has taken qa0${n % 9 + 1} over from you: the hotfix has to go out.`, page: '',
        at: at(-n - 5), person: anna.name, server: null, build: null, restore: null, base: null
      }
    };
  });
}

async function picture(person, name) {
  const { PICTURES: folder } = process.env;
  if (folder) await person.page.screenshot({ path: `${folder}/${name}.png`, fullPage: true });
}

async function accessible(person) { assert.deepEqual(await accessibilityProblems(person.page), []); }
