// Debian's Chromium for the browser tests: signed in, and with every complaint of the browser written down.
// Environment: CONSOLE_URL, CONSOLE_USER and CONSOLE_PASSWORD (when the console asks for them), CHROMIUM (another
// program).
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';

const require = createRequire(import.meta.url);
const { chromium } = require('playwright-core');
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

const quiet = ['--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync'];

const url = process.env.CONSOLE_URL || fail('CONSOLE_URL is not set: the address of the console.');
export const address = url.replace(/\/*$/, '/');

export async function openBrowser() {
  const asRoot = process.getuid() === 0 ? ['--no-sandbox'] : [];
  return chromium.launch({ executablePath: process.env.CHROMIUM || '/usr/bin/chromium', args: [...quiet, ...asRoot] });
}

// A page and its `complaints`: console errors, script errors and reports of the Content-Security-Policy.
export async function openPage(browser, options = {}) {
  const { CONSOLE_USER: username, CONSOLE_PASSWORD: password } = process.env;
  const context = await browser.newContext({
    viewport: { width: 1400, height: 900 },
    ...(username ? { httpCredentials: { username, password: password || '' } } : {}),
    ...options
  });
  const page = await context.newPage();
  const complaints = [];
  page.on('pageerror', (error) => complaints.push(`script error: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(`console: ${message.text()} ${message.location().url}`);
  });
  await page.exposeFunction('reportPolicy', (text) => complaints.push(`policy: ${text}`));
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) =>
      window.reportPolicy(`${effectiveDirective} ${blockedURI}`));
  });
  return { page, complaints };
}

// A page of its own for one check, which ends with it.
export async function onPage(browser, options, run) {
  const { page, complaints } = await openPage(browser, options);
  page.setDefaultTimeout(Number(process.env.STEP_TIMEOUT || 30000));
  try {
    await run(page, complaints);
  } finally {
    // What a route still fetches would end with an error when its page is gone.
    await page.unrouteAll({ behavior: 'ignoreErrors' });
    await page.context().close();
  }
}

// Past the page, on connections that are kept: the web server may close one in the moment of its next use.
const again = { maxRetries: 3 };

export function fetched(route, options = {}) { return route.fetch({ ...again, ...options }); }

export function got(page, path, options = {}) { return page.request.get(path, { ...again, ...options }); }

const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

// What axe finds wrong on the page as it is now, one line each: WCAG 2.2 at level AA, and its own advice.
export async function accessibilityProblems(page) {
  await page.evaluate(axe);
  const wanted = { resultTypes: ['violations'], runOnly: { type: 'tag', values: rules } };
  const { violations } = await page.evaluate((options) => window.axe.run(options), wanted);
  const places = ({ nodes }) => nodes.map((node) => node.html.slice(0, 120)).join(' | ');
  return violations.map((one) => `${one.id} (${one.impact}): ${places(one)}`);
}

function fail(text) {
  console.error(text);
  process.exit(2);
}
