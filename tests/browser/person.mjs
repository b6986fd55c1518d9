// One person at the console in a browser of their own: what they see of one server, what they click, and what is sent.
import { address, openPage } from './chromium.mjs';

export class Person {
  static async arrive(browser, server, name, password) {
    const { page, complaints } = await openPage(browser, { httpCredentials: { username: name, password } });
    return new Person(page, server, name, complaints);
  }

  // The same person in a second tab.
  static async another(person) {
    return new Person(await person.page.context().newPage(), person.server, person.name, []);
  }

  constructor(page, server, name, complaints) {
    Object.assign(this, { page, server, name, complaints });
    page.setDefaultTimeout(Number(process.env.STEP_TIMEOUT || 30000));
    this.dialog = page.locator('dialog[open]');
    this.row = this.rowOf(server);
  }

  rowOf(name) {
    return this.page.locator('table.board tbody tr', { has: this.page.locator(`a.name:text-is("${name}")`) });
  }

  async goToBoard() {
    await this.page.goto(`${address}#/`);
    await this.row.waitFor();
    await this.page.locator('.live[data-state=live]').waitFor();
  }

  async goToServer() {
    await this.page.goto(`${address}#/servers/${this.server}`);
    await this.page.locator('#h-reservation').waitFor();
  }

  // Their own, by its word: somebody whose turn it is sees the same mark, and does not hold it yet.
  holds() { return this.row.locator('.state.yours', { hasText: /^\s*yours\s*$/ }).waitFor(); }

  clickRow(word) { return this.row.getByRole('button', { name: `${word} ${this.server}` }).click(); }
  submit(word) { return this.dialog.getByRole('button', { name: word, exact: true }).click(); }

  async buildOnPage() {
    await this.page.waitForURL(/#\/builds\//);
    return decodeURIComponent(this.page.url().match(/#\/builds\/([^/]+)/)[1]);
  }

  // What the page sends while something is done, and the status of the answer.
  async sending(method, deed) {
    const isIt = (one) => one.request().method() === method;
    const [answer] = await Promise.all([this.page.waitForResponse(isIt, { timeout: 60000 }), deed()]);
    const request = answer.request();
    const query = Object.fromEntries(new URL(request.url()).searchParams);
    return { body: request.postData() ? request.postDataJSON() : null, query, status: answer.status() };
  }

  look() { return this.get(`servers/${this.server}`); }
  buildOf(id) { return this.get(`builds/${id}`); }
  get(path) { return this.page.evaluate((one) => fetch(`api/${one}`).then((answer) => answer.json()), path); }
  put(body) { return this.write('PUT', `servers/${this.server}/reservation`, body); }
  release() { return this.erase(`servers/${this.server}/reservation`); }

  erase(path) {
    const how = { method: 'DELETE', headers: { 'Content-Type': 'application/json' } };
    return this.page.evaluate((request) => fetch(...request).then((answer) => answer.status), [`api/${path}`, how]);
  }

  post(path, body) { return this.write('POST', path, body); }

  write(method, path, body) {
    return this.page.evaluate(([how, where, what]) => fetch(`api/${where}`, {
      method: how, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(what)
    }).then((answer) => answer.json()), [method, path, body]);
  }
}
