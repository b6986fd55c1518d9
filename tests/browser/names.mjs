// Branches as teams call them, on the page: offered as they are called, planned, built, shown everywhere as the same
// text, and run again from the history. What cannot be offered is counted, and what Git cannot have is told before the
// click.
//
// Usage: CONSOLE_URL=... [CONSOLE_USER=... CONSOLE_PASSWORD=...] LAB_DIR=... SERVER=qa08 node tests/browser/names.mjs
// SERVER: a free, running one of the lab in LAB_DIR, whose repositories get these branches for this time.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { address, openBrowser, openPage } from './chromium.mjs';
import { check, outcome, step } from './tap.mjs';

const lab = process.env.LAB_DIR, server = process.env.SERVER;
const owner = statSync(lab), git = `${lab}/repositories/git/tickets.git`, svn = `file://${lab}/repositories/svn/shop`;
const inGit = 'feature/x#12&<b>"føø"\'%41@2', inSvn = 'branches/two  blanks & ü#1';
const inSvnAddress = `${svn}/${inSvn.split('/').map(encodeURIComponent).join('/')}@`;
const hidden = 'a\u202eb', both = 'new-colours';

const browser = await openBrowser();
const { page, complaints } = await openPage(browser);
page.setDefaultTimeout(30000);
const dialog = page.locator('dialog[open]');
const offered = () => dialog.locator('#paths option').evaluateAll((all) => all.map((option) => option.value));

try {
  for (const name of [inGit, hidden]) run('git', '-C', git, 'branch', '--force', name, 'main');
  run('git', '-C', git, 'tag', '--force', both, 'main');
  run('svn', 'copy', '--quiet', '-m', 'names', `${svn}/trunk`, inSvnAddress);

  for (const [app, name] of [['tickets', inGit], ['shop', inSvn]]) {
    await step(`${app}: the branch is offered as it is called`, async () => {
      await page.goto(`${address}#/servers/${server}`);
      await page.getByRole('button', { name: 'Build', exact: true }).click();
      await dialog.getByLabel('App').selectOption(app);
      await until(async () => { await type(name.slice(0, -1)); return (await offered()).includes(name); });
    });

    await step(`${app}: what it changes is shown before the click`, async () => {
      await type(name);
      await dialog.getByRole('region', { name: 'Code', exact: true }).waitFor();
      const places = await texts(dialog.locator('.plan-place .from-to .mono'));
      assert.ok(places.some((text) => text.startsWith(`${name} `)), places.join('\n'));
    });

    await step(`${app}: it is built, and its page, the server's and the board's name it so`, async () => {
      await dialog.getByRole('button', { name: 'Build', exact: true }).click();
      await page.waitForURL(/#\/builds\//);
      await page.locator('.head .state.succeeded').waitFor({ timeout: 120000 });
      assert.ok((await texts(page.locator('.mono'))).includes(name));
      await page.locator('.head').getByRole('link', { name: server }).click();
      const newest = page.locator('.history tbody tr .path').first();
      await newest.waitFor();
      assert.equal(await newest.textContent(), name);
      await page.getByRole('link', { name: 'Servers', exact: true }).click();
      const row = page.locator('table.board tbody tr', { has: page.locator(`a.name:text-is("${server}")`) });
      const cell = row.locator('.path').first();
      await cell.waitFor();
      assert.equal(await cell.textContent(), name);
      // Two blanks are two blanks, on the screen too.
      assert.equal(await cell.evaluate((one) => getComputedStyle(one).whiteSpaceCollapse), 'preserve');
    });

    await step(`${app}: it can be run again from the history`, async () => {
      await page.goto(`${address}#/servers/${server}`);
      await page.locator('.history tbody tr').first().locator('a[href*="/history/"]').first().click();
      await page.getByRole('button', { name: 'Run again …', exact: true }).click();
      assert.equal(await dialog.getByLabel('Path').inputValue(), name);
      await dialog.getByRole('region', { name: 'Code', exact: true }).waitFor();
      await dialog.getByRole('button', { name: 'Cancel' }).click();
    });
  }

  await step('a name that cannot be seen is counted, and one of a branch and a tag is offered as each', async () => {
    await page.goto(`${address}#/servers/${server}`);
    await page.getByRole('button', { name: 'Build', exact: true }).click();
    await dialog.getByLabel('App').selectOption('tickets');
    const each = [`refs/heads/${both}`, `refs/tags/${both}`].join();
    await until(async () => { await type('colours'); return (await offered()).join() === each; });
    const missing = '1 name is not listed, as it holds a character that cannot be seen: a[U+202E]b.';
    await dialog.locator('.paths-hint', { hasText: missing }).waitFor();
    await type(both);
    await dialog.locator('.left-out', { hasText: `Choose refs/tags/${both} for the tag.` }).waitFor();
  });

  await step('what Git cannot have is refused before the click', async () => {
    await type('a b');
    await dialog.getByText('The console would refuse this now.').waitFor();
    assert.match(await dialog.locator('.plan-place').innerText(), /Git takes no blank in a name/);
    await type('--upload-pack=x');
    await dialog.getByText('The console would refuse this.').waitFor();
    assert.doesNotMatch(await dialog.innerText(), /can be built all the same/);
    await dialog.getByRole('button', { name: 'Cancel' }).click();
  });

  await step('that it can be built all the same is said only where it is so', async () => {
    await page.goto(`${address}#/servers/${server}`);
    await page.getByRole('button', { name: 'Build', exact: true }).click();
    await dialog.getByRole('region', { name: 'Code', exact: true }).waitFor();
    const [few, unheard] = ['Three plans are being made for you.', 'The console has not answered.'];
    const problem = JSON.stringify({ title: 'Too much at once', detail: few });
    const many = { status: 429, contentType: 'application/problem+json', body: problem };
    for (const [answer, buildable] of [[(route) => route.abort(), false], [(route) => route.fulfill(many), true]]) {
      await page.route('**/plan?*', answer);
      await type(buildable ? 'main' : 'new-colours');
      await dialog.getByText(buildable ? few : unheard).waitFor();
      assert.equal(/It can be built all the same/.test(await dialog.innerText()), buildable);
      await page.unroute('**/plan?*');
    }
    await dialog.getByRole('button', { name: 'Cancel' }).click();
  });

  await step('who types quickly asks for one list at a time, and sees that of the last text', async () => {
    let now = 0, most = 0;
    await page.route('**/apps/*/paths*', async (route) => {
      most = Math.max(most, now += 1);
      await page.waitForTimeout(600);
      await route.continue().catch(() => { /* the dialog has been closed */ });
      now -= 1;
    });
    await page.goto(`${address}#/servers/${server}`);
    await page.getByRole('button', { name: 'Build', exact: true }).click();
    await dialog.getByRole('region', { name: 'Code', exact: true }).waitFor();
    await dialog.getByLabel('Path').fill('');
    const last = page.waitForResponse((response) => response.url().endsWith('/paths?q=refs%2Ftags'));
    await dialog.getByLabel('Path').pressSequentially('refs/tags', { delay: 250 });
    await last;
    assert.equal(most, 1);
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await page.unrouteAll({ behavior: 'wait' });
  });

  // The refused plans above are answers that a browser writes down, too.
  await check('the browser had nothing else to complain about', () =>
    assert.deepEqual(complaints.filter((one) => !/status of 4(00|29)|ERR_FAILED/.test(one)), []));
} finally {
  await page.goto(`${address}#/servers/${server}`);
  await page.getByRole('button', { name: 'Release' }).click({ timeout: 5000 }).catch(() => null);
  await page.locator('.head .state.free').waitFor({ timeout: 5000 }).catch(() => null);
  for (const name of [inGit, hidden]) spawn('git', '-C', git, 'branch', '-D', name);
  spawn('git', '-C', git, 'tag', '-d', both);
  spawn('svn', 'rm', '--quiet', '-m', 'names', inSvnAddress);
  await browser.close();
}
process.exit(outcome());

async function type(text) {
  await dialog.getByLabel('Path').fill('');
  const answered = page.waitForResponse((answer) => /\/paths(\?|$)/.test(answer.url()));
  await dialog.getByLabel('Path').fill(text);
  await answered;
}

function texts(found) { return found.allTextContents(); }

// The console keeps a list for half a minute.
async function until(condition) {
  const end = Date.now() + 60000;
  while (!await condition()) assert.ok(Date.now() < end, 'it did not come true within a minute');
}

// As the lab's own user, whose the repositories are.
function spawn(...command) {
  const as = process.getuid() === owner.uid ? {} : { uid: owner.uid, gid: owner.gid };
  const env = { PATH: process.env.PATH, HOME: `${lab}/repositories/home`, LC_ALL: 'C.UTF-8' };
  return spawnSync(command[0], command.slice(1), { ...as, env, encoding: 'utf8', cwd: '/' });
}

function run(...command) {
  const { status, stderr } = spawn(...command);
  assert.equal(status, 0, `${command.join(' ')}: ${stderr}`);
}
