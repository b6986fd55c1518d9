// A page that lacks something says what, and what to do: a script, a style sheet, JavaScript itself, a policy that
// somebody in front has sent, an address with a password in it, an API that does not answer. It never says "Loading"
// for ever.
//
// Usage: CONSOLE_URL=... CONSOLE_USER=... CONSOLE_PASSWORD=... node tests/browser/broken.mjs
// Prints TAP; the last line is "N passed, N failed"; the exit code is 0 when nothing failed.
import assert from 'node:assert/strict';
import { accessibilityProblems, address, fetched, openBrowser, onPage } from './chromium.mjs';
import { check, outcome } from './tap.mjs';

const browser = await openBrowser();
const withPage = onPage.bind(null, browser);
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'";

const ways = {
  'is cut off': (route) => route.abort(),
  'is not there': (route) => route.fulfill({ status: 404, body: 'no' }),
  'is refused': (route) => route.fulfill({ status: 403, body: 'no' }),
  'comes as a login page': (route) => route.fulfill({
    status: 200, contentType: 'text/html', body: '<h1>Sign in</h1>', headers: { 'X-Content-Type-Options': 'nosniff' }
  })
};
const words = {
  'is cut off': 'could not be fetched',
  'is not there': 'is not there (HTTP 404)',
  'is refused': 'was refused with HTTP 403',
  'comes as a login page': 'came as text/html'
};

const files = ['js/page/view.js', 'js/servers/row.js', 'js/live/live.js', 'js/start.js',
  'vendor/backbone-min.js', 'vendor/mustache.min.js', 'templates/servers.html'];

for (const file of files) {
  for (const [way, fault] of Object.entries(ways)) {
    await check(`without ${file}, which ${way}, the page says so`, () => withPage({}, async (page) => {
      await page.route(`**/${file}`, fault);
      await page.goto(address);
      await page.getByRole('alert').getByText(`${file} ${words[way]}`).waitFor();
      await page.getByRole('heading', { name: 'The page could not start' }).waitFor();
      await page.getByRole('button', { name: 'Load again' }).waitFor();
      assert.doesNotMatch(await page.locator('body').innerText(), /Loading/);
    }));
  }
}

// What a connection that was cut, or a full disk of whatever stands before the console, leaves of a file.
for (const file of ['vendor/underscore-min.js', 'js/page/dialog.js', 'js/servers/status.js', 'js/log/ansi.js']) {
  const script = { contentType: 'text/javascript' };
  await check(`with the first half of ${file} the page says so`, () => withPage({}, async (page) => {
    await page.route(`**/${file}`, async (route) => {
      const whole = await (await fetched(route)).text();
      await route.fulfill({ ...script, body: whole.slice(0, whole.length / 2) });
    });
    await page.goto(address);
    await page.getByRole('alert').getByText(`${file} ended with an error: `).waitFor();
    await page.getByRole('heading', { name: 'The page could not start' }).waitFor();
  }));
  await check(`with an empty ${file} the page says so`, () => withPage({}, async (page) => {
    await page.route(`**/${file}`, (route) => route.fulfill({ ...script, body: '' }));
    await page.goto(address);
    await page.getByRole('alert').getByText(`${file} came empty`).waitFor();
    await page.getByRole('heading', { name: 'The page could not start' }).waitFor();
  }));
}

for (const [what, change, said] of [
  ['with the first half of', (text) => text.slice(0, text.length / 2), 'came cut: a template in it has no end'],
  ['with an empty', () => '', 'came empty']
]) {
  await check(`${what} templates/builds.html the page says so`, () => withPage({}, async (page) => {
    await page.route('**/templates/builds.html', async (route) => {
      const whole = await (await fetched(route)).text();
      await route.fulfill({ contentType: 'text/html', body: change(whole) });
    });
    await page.goto(address);
    await page.getByRole('alert').getByText(`templates/builds.html ${said}`).waitFor();
    await page.getByRole('heading', { name: 'The page could not start' }).waitFor();
  }));
}

await check('a script that fails later is told, too, and the page goes on', () => withPage({}, async (page) => {
  await page.route('**/js/access/name-dialog.js', async (route) => {
    const whole = await (await fetched(route)).text();
    const body = `${whole}; addEventListener('hashchange', () => { throw new Error('too late'); });`;
    await route.fulfill({ contentType: 'text/javascript', body });
  });
  await page.goto(address);
  await page.locator('table.board a.name').first().waitFor();
  await page.evaluate(() => { location.hash = '#/queue'; });
  await page.getByRole('alert').getByText(/js\/access\/name-dialog\.js ended with an error: .*too late/).waitFor();
  await page.getByRole('heading', { name: 'Queue' }).waitFor();
}));

for (const [page, file, heading] of [['audit', 'js/access/audit-page.js', 'Audit'],
  ['deliveries', 'templates/deliveries.html', 'Deliveries'], ['bases', 'templates/room.html', 'Bases']]) {
  await check(`a page of which ${file} does not come says so, and is there at the next try`, () =>
    withPage({}, async (it) => {
      await it.route(`**/${file}`, (route) => route.abort());
      await it.goto(`${address}#/${page}`);
      await it.getByRole('heading', { name: 'The page did not come' }).waitFor();
      assert.doesNotMatch(await it.locator('body').innerText(), /Loading|not complete/);
      assert.deepEqual(await accessibilityProblems(it), []);
      await it.unroute(`**/${file}`);
      await it.getByRole('button', { name: 'Try again' }).click();
      await it.getByRole('heading', { name: heading, exact: true }).waitFor();
    }));
}

await check('an empty style sheet is told, and the page works', () => withPage({}, async (page) => {
  await page.route('**/css/table.css', (route) => route.fulfill({ contentType: 'text/css', body: '' }));
  await page.goto(address);
  await page.locator('table.board a.name').first().waitFor();
  await page.getByRole('alert').getByText('css/table.css came empty').waitFor();
}));

await check('what says so can be used by everybody (axe), the next try succeeds', () => withPage({}, async (page) => {
  await page.route('**/js/frame/router.js', (route) => route.abort());
  await page.goto(address);
  await page.getByText('js/frame/router.js could not be fetched').waitFor();
  assert.deepEqual(await accessibilityProblems(page), []);
  await page.unroute('**/js/frame/router.js');
  await page.getByRole('button', { name: 'Load again' }).click();
  await page.locator('table.board a.name').first().waitFor();
}));

await check('without a style sheet the page works, and says what is missing', () => withPage({}, async (page) => {
  await page.route('**/css/table.css', (route) => route.fulfill({ status: 404, body: 'no' }));
  await page.goto(address);
  await page.locator('table.board a.name').first().waitFor();
  await page.getByRole('alert').getByText('css/table.css is not there (HTTP 404)').waitFor();
}));

await check('a script that ends with an error is told', () => withPage({}, async (page) => {
  const body = 'new Clocks();';
  await page.route('**/js/start.js', (route) => route.fulfill({ contentType: 'text/javascript', body }));
  await page.goto(address);
  await page.getByText(/ended with an error: .*Clocks/).waitFor();
}));

await check('when not even the first script arrives, the frame itself says so', () => withPage({}, async (page) => {
  await page.route('**/*.js', (route) => route.abort());
  await page.goto(address);
  await page.getByRole('heading', { name: 'The page has not started' }).waitFor({ timeout: 20000 });
  assert.ok(!await page.getByText('Loading …').isVisible());
}));

await check('with reduced motion, too', () => withPage({ reducedMotion: 'reduce' }, async (page) => {
  await page.route('**/*.js', (route) => route.abort());
  await page.goto(address);
  await page.getByRole('heading', { name: 'The page has not started' }).waitFor({ timeout: 20000 });
}));

await check('with nothing but the frame, no style and no script, it is said', () => withPage({}, async (page) => {
  await page.route('**/*.{js,css}', (route) => route.abort());
  await page.goto(address);
  await page.getByRole('heading', { name: 'The page has not started' }).waitFor();
}));

await check('a script that never arrives is named', () => withPage({}, async (page) => {
  await page.route('**/js/log/ansi.js', () => null);
  await page.goto(address, { waitUntil: 'commit' });
  await page.getByText(/Still waiting for js\/log\/ansi\.js/).waitFor({ timeout: 20000 });
}));

const scriptless = { javaScriptEnabled: false };
await check('without JavaScript the page says so, and is not "Loading"', () => withPage(scriptless, async (page) => {
  await page.goto(address);
  assert.ok(await page.getByRole('heading', { name: 'This page needs JavaScript' }).isVisible());
  assert.ok(!await page.getByText('Loading …').isVisible());
}));

await check('the page works under require-trusted-types-for, live', () => withPage({}, async (page, complaints) => {
  await withPolicy(page, `${policy}; require-trusted-types-for 'script'`);
  await page.goto(address);
  await page.locator('table.board a.name').first().waitFor();
  await page.locator('.live[data-state=live]').waitFor();
  assert.deepEqual(complaints, []);
}));

await check('a policy that allows no names for markup is told of', () => withPage({}, async (page) => {
  await withPolicy(page, `${policy}; require-trusted-types-for 'script'; trusted-types 'none'`);
  await page.goto(address);
  await page.getByText(/Content-Security-Policy that the console did not send forbids it \(.*trusted-types/).waitFor();
}));

await check('a policy that allows no scripts leaves the frame’s own words', () => withPage({}, async (page) => {
  await withPolicy(page, policy.replace("script-src 'self'", "script-src 'none'"));
  await page.goto(address);
  await page.getByRole('heading', { name: 'The page has not started' }).waitFor({ timeout: 20000 });
}));

const unsigned = { httpCredentials: undefined };
await check('an address with a name and a password in it works', () => withPage(unsigned, async (page) => {
  const url = new URL(address);
  url.username = process.env.CONSOLE_USER;
  url.password = process.env.CONSOLE_PASSWORD;
  await page.goto(url.href);
  await page.locator('table.board a.name').first().waitFor();
  await page.locator('.live', { hasText: 'Live' }).waitFor();
  assert.equal(await page.locator('.who').first().innerText(), process.env.CONSOLE_USER);
}));

await check('an API that hangs: the page says that the console does not answer', () => withPage({}, async (page) => {
  await page.route('**/api/**', () => null);
  await page.goto(`${address}#/`);
  await page.getByText('Waiting for the list of servers').waitFor();
  await page.getByText('has not come yet: the console does not answer.').waitFor({ timeout: 15000 });
  await page.locator('.banner.bad', { hasText: 'Connection lost' }).waitFor();
}));

// A sign-on that has run out, or a proxy that cuts: the answer says 200.
const html = { contentType: 'text/html', body: '<h1>Sign in</h1>' };
const signIn = /Something else answered in place of the console\. It sent text\/html: .*sign in\. Load the page again/;
const json = { contentType: 'application/json' };
for (const [what, answer, said] of [
  ['a page to sign in', html, signIn], ['nothing', { ...json, body: '' }, 'The answer of the console came cut.'],
  ['half of itself', { ...json, body: '{"servers": [{"name": "qa0' }, 'The answer of the console came cut.'],
  ['null', { ...json, body: 'null' }, 'The answer of the console came cut.']
]) {
  for (const path of what === 'null' ? ['servers'] : ['servers', 'apps']) {
    const name = `when api/${path} is answered with ${what}, the page says so`;
    await check(name, () => withPage({}, async (page, complaints) => {
      await page.context().route(`**/api/${path}`, (route) => route.fulfill(answer));
      await page.goto(address);
      await page.locator('.banner.bad', { hasText: said }).waitFor();
      assert.deepEqual(complaints.filter((text) => text.startsWith('script error')), []);
    }));
  }
}

await check('one part of the API fails: the page shows the rest, and says so', () => withPage({}, async (page) => {
  const problem = { contentType: 'application/problem+json', body: '{"title":"That was not foreseen."}' };
  await page.route('**/api/bases', (route) => route.fulfill({ status: 500, ...problem }));
  await page.goto(address);
  await page.locator('table.board a.name').first().waitFor();
  await page.locator('.banner.bad', { hasText: 'That was not foreseen.' }).waitFor();
}));

await browser.close();
process.exit(outcome());

// What stands before the console sends a policy of its own.
function withPolicy(page, text) {
  return page.route((url) => !url.pathname.includes('/api/'), async (route) => {
    const response = await fetched(route);
    await route.fulfill({ response, headers: { ...response.headers(), 'content-security-policy': text } });
  });
}
