// Before everything else: sees what the page lacks, and says it, so that nobody waits for a page that will never come.
// It uses nothing of the page's other files. When not even this one arrives, the frame's own words appear (page.css).
(function () {
  const missing = new Map();   // address of a file that did not load or failed, and what is known about it
  const boot = window.boot = { started: false, refusal: null, error: null };
  boot.complete = () => [...missing.values()].every((file) => file.style);

  // What stands before the console may send a policy that asks for a name of whoever writes markup. All markup here
  // comes from templates that escape; the only script that is named is the worker.
  try {
    window.trustedTypes?.createPolicy('default', {
      createHTML: (html) => html,
      createScriptURL: (url) => (/\/js\/live\/worker\.js$/.test(url) ? url : null)
    });
  } catch {
    boot.refusal = 'trusted-types';
  }

  const name = (address) => new URL(address, location.href).pathname.replace(/^.*?\/((css|js|vendor)\/)/, '$1');

  window.addEventListener('error', ({ target, message, filename }) => {
    const address = addressOf(target);
    if (address) lack(target, address);
    else if (boot.refusal) boot.error ||= message;
    else if (isOurs(filename)) fail(filename, message);
    else if (!boot.started) boot.error ||= message;
  }, true);
  // A file of which nothing has arrived is no error to the browser.
  document.addEventListener('load', ({ target }) => {
    const address = addressOf(target);
    if (!address || performance.getEntriesByName(address).at(-1)?.decodedBodySize !== 0) return;
    missing.set(address, { name: name(address), style: target.localName === 'link', why: 'came empty' });
    if (boot.started) tell();
  }, true);
  document.addEventListener('securitypolicyviolation', (event) => { boot.refusal ||= event.effectiveDirective; });
  document.addEventListener('DOMContentLoaded', tell);
  setTimeout(() => { if (!boot.started) tell(); }, 10000);

  function addressOf(element) { return element.src || (element.rel === 'stylesheet' && element.href); }

  // What extensions of the browser and the frame itself say is nobody's file.
  function isOurs(address) { return [...document.scripts].some(({ src }) => src && src === address); }

  // The first error of a file says most; a page that has started goes on.
  function fail(address, message) {
    if (missing.has(address)) return;
    missing.set(address, { name: name(address), failed: boot.started, why: `ended with an error: ${message}` });
    if (boot.started) tell();
  }

  async function lack(element, address) {
    const file = { name: name(address), style: element.localName === 'link', why: 'could not be loaded' };
    missing.set(address, file);
    file.why = await reason(address, element.localName === 'link' ? 'css' : 'javascript');
    tell();
  }

  // It is asked for once more, to know why.
  async function reason(address, kind) {
    const url = new URL(address);
    url.username = url.password = '';
    try {
      const response = await fetch(url.href, { cache: 'reload', signal: AbortSignal.timeout(5000) });
      const type = response.headers.get('Content-Type') || 'nothing';
      if (response.status === 404) return 'is not there (HTTP 404)';
      if (!response.ok) return `was refused with HTTP ${response.status}`;
      if (type.includes(kind)) return 'did not load at first, and loads by now';
      return `came as ${type.split(';')[0]}: something else answered in its place`;
    } catch {
      return 'could not be fetched';
    }
  }

  function tell() {
    const started = boot.started;
    const files = [...missing.values()];
    if (started && !files.length) return;
    const box = document.createElement('div');
    box.className = 'empty broken';
    box.setAttribute('role', 'alert');
    add(box, started ? 'h2' : 'h1', started ? 'The page is not complete' : 'The page could not start');
    if (files.length) {
      const list = add(box, 'ul');
      files.forEach((file) => add(list, 'li', `${file.name} ${file.why}.`));
      add(box, 'p', consequence(files));
    } else {
      add(box, 'p', cause());
    }
    add(box, 'p', 'Load the page again. If it stays so, show this to whoever looks after the console: its files '
      + '(wwwroot), or what stands before it, are not as they should be. Scripts can go on using api/.');
    const again = add(box, 'button', 'Load again');
    again.type = 'button';
    again.addEventListener('click', () => location.reload());
    const page = document.getElementById('page');
    document.querySelector('.broken')?.remove();
    if (started) page.before(box); else page.replaceChildren(box);
  }

  function consequence(files) {
    if (boot.complete()) return 'It works, but looks wrong.';
    return files.some((file) => file.failed) ? 'What was asked for last may not have been done.'
      : 'Without it the page cannot work.';
  }

  function cause() {
    if (boot.error && boot.refusal) {
      return `A Content-Security-Policy that the console did not send forbids it (${boot.refusal}): ${boot.error}. `
        + 'What stands before the console should leave its policy alone, or allow scripts of the same place and '
        + 'the Trusted Types policy "default".';
    }
    if (boot.error) return `Its script ended with an error: ${boot.error}.`;
    const waiting = performance.getEntriesByType('resource').map((one) => one.name);
    const slow = [...document.scripts].map((one) => one.src).filter((src) => src && !waiting.includes(src)).map(name);
    if (slow.length) return `Still waiting for ${slow.slice(0, 5).join(', ')}.`;
    return 'It has not begun to work, for an unknown reason.';
  }

  function add(box, element, text) {
    const child = document.createElement(element);
    if (text) child.textContent = text;
    box.append(child);
    return child;
  }
})();
