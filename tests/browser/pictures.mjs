// Takes the pictures of the documents from a running console into docs/: the board wide, dark and on a phone, and a day
// with the console as one person sees it. scripts/dev/pictures makes what they show.
//
// Usage: CONSOLE_URL=... [CONSOLE_USER=... CONSOLE_PASSWORD=...] node tests/browser/pictures.mjs [FOLDER]
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { address, openBrowser, openPage } from './chromium.mjs';

const folder = process.argv[2] || fileURLToPath(new URL('../../docs/', import.meta.url));
await mkdir(folder, { recursive: true });
const browser = await openBrowser();

await take('board.png', '#/', 'table.board tbody tr', {});
await take('board-dark.png', '#/', 'table.board tbody tr', { colorScheme: 'dark' });
const phone = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2 };
await take('board-phone.png', '#/', 'table.board tbody tr', phone);

const id = await newestBuild();
if (id) await take('build.png', `#/builds/${encodeURIComponent(id)}`, '.log-line', {});
else console.log('build.png is not taken: no build has been run yet.');

// A day: smaller, and of the page only what is meant.
await mkdir(path.join(folder, 'day'), { recursive: true });
const sized = (height) => ({ viewport: { width: 1100, height } });
await takeDialog('day/reserve.png', 'Reserve qa04', async (page) => page.getByLabel('Purpose').fill('basket test'));
await takeDialog('day/any.png', /any/i);
await take('day/line.png', '#/servers/qa03', '#h-reservation', sized(430));
await take('day/history.png', '#/servers/qa01', '.history tbody tr', sized(620), '[aria-labelledby=h-history]');
await take('day/savepoints.png', '#/servers/qa01', '.savepoints .go-back', sized(620),
  '[aria-labelledby=h-savepoints]');
await take('day/tokens.png', '#/tokens', '.token-table tbody tr', sized(250));
await take('day/audit.png', '#/audit', 'main table tbody tr', sized(470));
// Its end is told, and would stand on the pages above.
await takeRunning('day/running.png', 'qa08');
await takeMessages('day/messages.png');
await browser.close();

// take NAME ADDRESS SIGN: the page when the sign is there; or only a part of it.
async function take(name, hash, sign, options, part) {
  const page = await open(hash, options);
  await page.locator(sign).first().waitFor();
  await keep(name, page, part && page.locator(part));
}

// The dialog that a button of the board opens.
async function takeDialog(name, word, fill = async () => {}) {
  const page = await open('#/', sized(620));
  await page.locator('table.board tbody tr').first().waitFor();
  const button = page.getByRole('button', { name: word }).first();
  if (await button.count() === 0) return miss(name, page);
  await button.click();
  const dialog = page.locator('dialog[open]');
  await dialog.waitFor();
  await fill(dialog);
  return keep(name, page, dialog);
}

// A build takes seconds: it is launched, and looked at while a step runs.
async function takeRunning(name, server) {
  const page = await open('#/', sized(620));
  const ask = { app: 'photos', path: 'trunk', database: true, code: true };
  const build = await page.evaluate(([where, body]) => fetch(where, {
    method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body)
  }).then((answer) => answer.json()), [`api/servers/${server}/builds`, ask]);
  await page.goto(`${address}#/builds/${build.id}`);
  await page.locator('.steps li.running', { hasText: 'after' }).waitFor();
  return keep(name, page);
}

async function takeMessages(name) {
  const page = await open('#/', sized(620));
  const bell = page.getByRole('button', { name: /messages/i }).or(page.getByRole('link', { name: /messages/i }));
  if (await bell.count() === 0) return miss(name, page);
  await bell.first().click();
  return keep(name, page);
}

async function open(hash, options) {
  const { page } = await openPage(browser, options);
  await page.goto(address + hash);
  await page.locator('.live[data-state=live]').waitFor();
  return page;
}

async function keep(name, page, part = page) {
  await page.waitForTimeout(300);   // the last paint
  await part.screenshot({ path: path.join(folder, name) });
  await page.context().close();
  console.log(name);
}

async function miss(name, page) {
  await page.context().close();
  console.log(`${name} is not taken: this page has no button for it.`);
}

async function newestBuild() {
  const { page } = await openPage(browser);
  await page.goto(address);
  const { builds } = await page.evaluate(() => fetch('api/builds').then((answer) => answer.json()));
  await page.context().close();
  return builds[0]?.id;
}
