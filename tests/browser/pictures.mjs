// Takes the README's pictures from a running console into docs/: the board wide, dark and on a phone, and the newest
// build.
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
await browser.close();

async function take(name, hash, sign, options) {
  const { page } = await openPage(browser, options);
  await page.goto(address + hash);
  await page.locator(sign).first().waitFor();
  await page.locator('.live[data-state=live]').waitFor();
  await page.waitForTimeout(300);   // the last paint
  await page.screenshot({ path: path.join(folder, name) });
  await page.context().close();
  console.log(name);
}

async function newestBuild() {
  const { page } = await openPage(browser);
  await page.goto(address);
  const { builds } = await page.evaluate(() => fetch('api/builds').then((answer) => answer.json()));
  await page.context().close();
  return builds[0]?.id;
}
