// What a visit costs, through Apache: the first one moves less than 150 KB of files, a second one asks for the frame
// and the API alone. A page that is older than its console says so, and is loaded again when that disturbs nobody.
//
// Usage: CONSOLE_URL=... CONSOLE_USER=... CONSOLE_PASSWORD=... node tests/browser/visit.mjs
// Prints TAP; the last line is "N passed, N failed"; the exit code is 0 when nothing failed.
import assert from 'node:assert/strict';
import { address, fetched, got, openBrowser, onPage } from './chromium.mjs';
import { check, outcome } from './tap.mjs';

const browser = await openBrowser();
const { CONSOLE_USER: name, CONSOLE_PASSWORD: password } = process.env;
// A browser that is told a password for each question keeps nothing.
const signedIn = {
  httpCredentials: undefined,
  extraHTTPHeaders: { Authorization: `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}` }
};
const withPage = onPage.bind(null, browser, signedIn);
const html = { contentType: 'text/html; charset=utf-8' };

await check('a first visit moves less than 150 KB of files, a second one and a reload ask for the frame alone', () =>
  withPage(async (page, complaints) => {
    await visit(page);
    const first = await files(page);
    const moved = first.reduce((sum, file) => sum + file.bytes, 0);
    console.log(`# ${first.length} files, ${moved} bytes`);
    assert.ok(first.length > 50 && first.every(({ bytes }) => bytes > 0), JSON.stringify(first));
    assert.ok(moved < 150000, `${moved} bytes`);
    for (const again of [() => page.goto('about:blank').then(() => visit(page)), () => page.reload()]) {
      const asked = [];
      page.on('response', (answer) => asked.push(answer));
      await again();
      await live(page);
      const kept = await files(page);
      assert.equal(kept.length, first.length);
      assert.deepEqual(kept.filter(({ sent }) => sent > 0), []);
      const unkept = asked.filter((answer) => !/\/(assets|api)\//.test(answer.url())).map((answer) => answer.url());
      assert.deepEqual(unkept, [page.url().replace(/#.*/, '')]);
      page.removeAllListeners('response');
    }
    assert.deepEqual(complaints, []);
  }));

await check('files are kept for ever, the frame is asked for each time, and both have the policy', () =>
  withPage(async (page) => {
    const frame = await page.goto(address);
    const of = async (path) => (await got(page, path)).headers();
    const [script] = await page.locator('script[type=module]').evaluateAll((all) => all.map((one) => one.src));
    assert.equal(frame.headers()['cache-control'], 'no-cache');
    assert.match((await of(script))['cache-control'], /^max-age=31536000, immutable$/);
    for (const headers of [frame.headers(), await of(script)]) {
      assert.match(headers['content-security-policy'], /^default-src 'none'; script-src 'self'; style-src 'self';/);
      assert.equal(headers['x-content-type-options'], 'nosniff');
    }
    const answer = await got(page, address, { headers: { 'If-None-Match': frame.headers().etag } });
    assert.equal(answer.status(), 304);
    assert.equal((await got(page, script.replace(/assets\/\w+/, 'assets/0000000000000000'))).status(), 404);
  }));

await check('a frame from before an upgrade is loaded again by itself, once', () => withPage(async (page) => {
  let sent = 0;
  await page.route(address, async (route) => {
    const response = await fetched(route);
    sent += 1;
    const body = await response.text();
    const old = body.replaceAll(/assets\/\w+/g, 'assets/0123456789abcdef');
    await route.fulfill({ response, body: sent === 1 ? old : body });
  });
  // The first script came in time.
  await page.route('**/assets/0123456789abcdef/js/boot.js', async (route) => {
    const frame = await (await got(page, address)).text();
    const url = route.request().url().replace('0123456789abcdef', /assets\/(\w+)/.exec(frame)[1]);
    await route.fulfill({ response: await got(page, url) });
  });
  await visit(page);
  assert.ok(sent >= 2, `the frame was sent ${sent} times`);
}));

await check('a page that is older than its console says so, and the next page is the new one', () =>
  withPage(async (page) => {
    await visit(page);
    await renewed(page);
    await page.locator('.banner', { hasText: 'The console was renewed' }).waitFor();
    await page.getByRole('button', { name: 'Reserve' }).first().click();
    await page.locator('dialog[open]').waitFor();
    await page.evaluate(() => { window.old = true; });
    await page.evaluate(() => app.shown.trigger('change'));
    assert.ok(await page.evaluate(() => window.old), 'it was loaded again under a dialog');
    await page.locator('dialog[open] [name=close]').click();
    await page.getByRole('link', { name: 'Queue' }).click();
    await page.waitForFunction(() => !window.old);
    await page.getByRole('heading', { name: 'Queue' }).waitFor();
  }));

await check('one that nobody looks at is loaded again at once, and no second time for the same console', () =>
  withPage(async (page) => {
    await visit(page);
    await page.evaluate(() => {
      window.old = true;
      Object.defineProperty(document, 'hidden', { value: true, configurable: true });
    });
    await renewed(page);
    await page.waitForFunction(() => !window.old);
    await live(page);
    await page.evaluate(() => { window.old = true; });
    await page.evaluate(() => app.live.trigger('resumed'));
    await page.locator('.banner', { hasText: 'The console was renewed' }).waitFor();
    await page.getByRole('link', { name: 'Queue' }).click();
    await page.getByRole('heading', { name: 'Queue' }).waitFor();
    assert.ok(await page.evaluate(() => window.old), 'it goes round in a circle');
  }));

await check('a board on a wall, which nobody touches, is loaded again', () => withPage(async (page) => {
  await visit(page);
  await page.evaluate(async () => {
    window.old = true;
    const { renewal } = await import(document.querySelector('link[href$="/live/renewal.js"]').href);
    renewal.rest = 0;
  });
  await renewed(page);
  await page.waitForFunction(() => !window.old);
  await live(page);
}));

await browser.close();
process.exit(outcome());

async function visit(page) {
  await page.goto(address);
  await live(page);
}

async function live(page) {
  await page.locator('table.board a.name').first().waitFor();
  await page.locator('.live[data-state=live]').waitFor();
}

// The page's own files: what they are in bytes as they came, and what was sent for them this time.
function files(page) {
  return page.evaluate(() => performance.getEntriesByType('resource').filter((one) => one.name.includes('/assets/'))
    .map((one) => ({ name: one.name, bytes: one.encodedBodySize, sent: one.transferSize })));
}

// The stream goes on, and the console has another page by now.
async function renewed(page) {
  const frame = await (await got(page, address)).text();
  const body = frame.replaceAll(/assets\/\w+/g, 'assets/fedcba9876543210');
  await page.route(address, (route) => (route.request().isNavigationRequest() ? route.continue()
    : route.fulfill({ ...html, body })));
  await page.evaluate(() => app.live.trigger('resumed'));
}
