// Two people and what one is told of the other: a take-over is seen on whatever page one is, in the tab, by a screen
// reader and on the desktop, until it is seen; what happened while one was away is there when one comes back.
//
// Usage: CONSOLE_URL=... CONSOLE_USER=... CONSOLE_PASSWORD=... OTHER_USER=... OTHER_PASSWORD=... [SERVER=qa10]
//        [PICTURES=FOLDER] node tests/browser/messages.mjs
// SERVER: a free, running one. PICTURES: where pictures of the messages are put.
// Prints TAP; the last line is "N passed, N failed"; the exit code is 0 when nothing failed.
import assert from 'node:assert/strict';
import { accessibilityProblems, address, openBrowser } from './chromium.mjs';
import { Person } from './person.mjs';
import { check, outcome, step } from './tap.mjs';

const server = process.env.SERVER || 'qa10';
const browser = await openBrowser();
const anna = await Person.arrive(browser, server, process.env.CONSOLE_USER, process.env.CONSOLE_PASSWORD);
const ben = await Person.arrive(browser, server, process.env.OTHER_USER, process.env.OTHER_PASSWORD);
const toast = anna.page.locator('.toast');
const panel = anna.page.locator('.message-panel');
const bell = anna.page.locator('#top [name=messages]');

// What the desktop would show while nobody looks at the page.
await anna.page.addInitScript(() => {
  window.shown = [];
  window.Notification = class {
    static permission = 'granted';
    constructor(title, { body, tag }) { window.shown.push({ title, body, tag }); }
  };
  document.hasFocus = () => false;
});

await step('nobody is told of what they do themselves', async () => {
  await anna.goToBoard();
  await ben.goToBoard();
  for (const one of [anna, ben]) {
    await one.post('messages/seen', {});
    await one.page.reload();
  }
  await anna.put({ purpose: 'regression of the basket', hours: 2 });
  await anna.row.locator('.state.yours').waitFor();
  assert.equal(await toast.count(), 0);
  assert.equal(await bell.getAttribute('aria-label'), 'Messages');
});

await step('a take-over is told on whatever page one is', async () => {
  await anna.page.goto(`${address}#/queue`);
  await anna.page.locator('h1', { hasText: 'Queue' }).waitFor();
  await takeOver('the customer waits');
  const text = `${ben.name} has taken ${server} over from you: the customer waits.`;
  await toast.getByText(text).waitFor();
  assert.equal(await bell.getAttribute('aria-label'), 'Messages, 1 not seen');
  assert.match(await anna.page.title(), /^\(1\) Queue/);
  assert.match(await anna.page.locator('link[rel=icon]').getAttribute('href'), /favicon\.told\.svg$/);
  assert.equal(await anna.page.locator('#told').innerText(), `Message: ${text}`);
  assert.deepEqual((await anna.page.evaluate(() => window.shown)).map((one) => one.body), [text]);
  await accessible();
  await picture('toast');
});

await step('who has taken it over is told nothing', async () => {
  assert.equal(await ben.page.locator('.toast').count(), 0);
  assert.equal(await ben.page.title(), 'Servers · Test server console');
});

await step('it stays over a reload and on other pages', async () => {
  await anna.goToBoard();
  await toast.waitFor();
  await anna.page.reload();
  await toast.waitFor();
  assert.deepEqual(await anna.page.evaluate(() => window.shown), []);
});

await step('a message that comes while a dialog is open is read out there, and the typing goes on', async () => {
  await anna.page.locator('table.board').getByRole('button', { name: 'Reserve' }).first().click();
  await anna.page.keyboard.type('one th');
  await ben.release();
  await annaReserves();
  await takeOver('the dialog is open');
  await anna.dialog.getByRole('status').getByText('Message: ').getByText('the dialog is open').waitFor();
  await anna.page.keyboard.type('ing');
  assert.equal(await anna.dialog.getByLabel('Purpose').inputValue(), 'one thing');
  await accessible();
  await anna.page.keyboard.press('Escape');
  await anna.dialog.waitFor({ state: 'detached' });
});

await step('a browser that shows nothing on the desktop shows the message all the same', async () => {
  await anna.page.evaluate(() => {
    window.Notification = class {
      static permission = 'granted';
      constructor() { throw new TypeError('Illegal constructor.'); }
    };
  });
  for (const reason of ['in a tunnel', 'on a phone']) {
    await ben.release();
    await annaReserves();
    await takeOver(reason);
  }
  await toast.getByText('on a phone').waitFor();
});

await step('that one is not seen, as its answer was lost, is told; a double click sees one alone', async () => {
  await anna.page.route('**/seen', (route) => route.abort());
  await toast.getByRole('button', { name: 'Seen' }).click();
  await anna.page.locator('#notice', { hasText: 'The console cannot be reached.' }).waitFor();
  await anna.page.unroute('**/seen');
  const unseen = await howMany();
  await toast.getByRole('button', { name: 'Seen' }).dblclick({ delay: 80 });
  await toast.getByText('in a tunnel').waitFor();
  assert.equal(await howMany(), unseen - 1);
});

await step('two are seen one behind the other over a slow line', async () => {
  await anna.page.route('**/seen', async (route) => {
    await new Promise((later) => setTimeout(later, 500));
    await route.continue();
  });
  await bell.click();
  const seen = panel.locator('.new').getByRole('button', { name: 'Seen' });
  const unseen = await seen.count();
  await seen.nth(0).click();
  await seen.nth(1).click();
  const areLeft = (left) => document.querySelectorAll('.message-list .new').length === left;
  await anna.page.waitForFunction(areLeft, unseen - 2);
  await anna.page.unroute('**/seen');
  await bell.focus();
  await anna.page.keyboard.press('Escape');
  await panel.waitFor({ state: 'detached' });
});

await step('the list is opened, read and closed by the keyboard alone', async () => {
  await bell.focus();
  await anna.page.keyboard.press('Enter');
  await panel.waitFor();
  assert.equal(await anna.page.evaluate(() => document.activeElement.textContent), 'Messages');
  assert.equal(await toast.count(), 0);
  await accessible();
  await picture('list');
  await anna.page.keyboard.press('Escape');
  await panel.waitFor({ state: 'detached' });
  assert.equal(await anna.page.evaluate(() => document.activeElement.name), 'messages');
});

await step('it covers nothing that one could click, on any width', async () => {
  for (const width of [1600, 1200, 390]) {
    await anna.page.setViewportSize({ width, height: 900 });
    await toast.waitFor();
    assert.deepEqual(await anna.page.evaluate(covered), []);
    await picture(`at-${width}`);
  }
  await anna.page.setViewportSize({ width: 1400, height: 900 });
});

await step('it leads to its server, and is seen by that', async () => {
  await toast.getByRole('link', { name: 'Show' }).click();
  await anna.page.waitForURL((url) => url.hash === `#/servers/${server}`);
  await toast.waitFor({ state: 'detached' });
  await anna.page.waitForFunction(() => document.title.startsWith('qa'));
  assert.doesNotMatch(await anna.page.locator('link[rel=icon]').getAttribute('href'), /told/);
});

await step('what happened while one was away is there when one comes back, on a phone in the dark, too', async () => {
  await anna.page.goto('about:blank');
  for (const reason of ['one more customer', `and ${'another '.repeat(20)}one`]) {
    await ben.release();
    await annaReserves();
    await takeOver(reason);
  }
  await anna.page.setViewportSize({ width: 390, height: 800 });
  await anna.page.emulateMedia({ colorScheme: 'dark' });
  await anna.page.goto(address);
  await toast.getByText('another').waitFor();
  assert.match(await anna.page.locator('#told').innerText(), /And 1 other message\.$/);
  await accessible();
  await picture('phone');
  await toast.getByRole('button', { name: '1 more' }).click();
  await panel.waitFor();
  const wide = () => document.documentElement.scrollWidth > document.documentElement.clientWidth;
  assert.equal(await anna.page.evaluate(wide), false);
  await accessible();
  await picture('phone-list');
});

await step('a second page of hers sees at once that all is seen', async () => {
  const tab = await Person.another(anna);
  await tab.page.goto(address);
  await tab.page.locator('.toast').waitFor();
  await panel.getByRole('button', { name: 'All seen' }).click();
  await panel.locator('.new').first().waitFor({ state: 'detached' });
  await tab.page.locator('.toast').waitFor({ state: 'detached' });
  assert.equal((await anna.get('messages?unseen=true')).messages.length, 0);
});

await step('what she does not want to hear is not told', async () => {
  await panel.getByText('What I want to be told').click();
  await accessible();
  const { body } = await anna.sending('PUT', () => panel.getByLabel('My server is taken over').uncheck());
  assert.deepEqual(body, { unwanted: ['takenOver'], unmailed: ['newEnd', 'buildSucceeded'] });
  await ben.release();
  await annaReserves();
  await takeOver('once more');
  await anna.page.waitForFunction((name) => app.servers.get(name).get('reservation')?.purpose === 'once more', server);
  assert.equal((await anna.get('messages?unseen=true')).messages.length, 0);
  await anna.sending('PUT', () => panel.getByLabel('My server is taken over').check());
});

await step('what she chooses is shown as it is: when the answer is lost, and when two are under way', async () => {
  const over = panel.getByLabel('My server is taken over'), free = panel.getByLabel('A server that I watch is free');
  await anna.page.route('**/wants', (route) => route.abort());
  await over.click();
  await panel.locator('.problem').waitFor();
  assert.ok(await over.isChecked(), 'it shows what is not so');
  await anna.page.unroute('**/wants');
  await anna.page.route('**/wants', async (route) => {
    await new Promise((later) => setTimeout(later, 400));
    await route.continue();
  });
  const isSent = anna.page.waitForResponse((one) => one.request().postDataJSON()?.unwanted.length === 2);
  await over.click();
  await free.click();
  assert.deepEqual((await (await isSent).json()).unwanted.sort(), ['free', 'takenOver']);
  assert.deepEqual([await over.isChecked(), await free.isChecked()], [false, false]);
  await anna.page.unroute('**/wants');
  await over.check();
  await anna.sending('PUT', () => free.check());
});

// What was cut here the browser writes down.
await check('the browsers had nothing to complain about', () =>
  assert.deepEqual([...anna.complaints, ...ben.complaints].filter((one) => !/ERR_FAILED/.test(one)), []));

await ben.release();
await browser.close();
process.exit(outcome());

// What of the page is there to be clicked, and is below the message.
function covered() {
  return [...document.querySelectorAll('#page button, #page a')].filter((one) => {
    const { left, right, top, bottom } = one.getBoundingClientRect();
    return document.elementFromPoint((left + right) / 2, (top + bottom) / 2)?.closest('#messages');
  }).map((one) => one.outerHTML);
}

async function accessible() { assert.deepEqual(await accessibilityProblems(anna.page), []); }

async function picture(name) {
  if (process.env.PICTURES) await anna.page.screenshot({ path: `${process.env.PICTURES}/messages-${name}.png` });
}

async function howMany() { return (await anna.get('messages?unseen=true')).messages.length; }

function takeOver(reason) { return ben.post(`servers/${server}/reservation/takeover`, { reason }); }

// By another page of hers, as this one is away.
async function annaReserves() {
  const tab = await Person.another(anna);
  await tab.page.goto(`${address}api/me`);
  await tab.page.evaluate(([path, body]) => fetch(path, {
    method: 'PUT', headers: { 'Content-Type': 'application/json' }, body
  }), [`servers/${server}/reservation`, JSON.stringify({ purpose: 'basket', hours: 2 })]);
  await tab.page.close();
}
