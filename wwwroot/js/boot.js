// Before everything else: sees what the page lacks, and says it, so that nobody waits for a page that will never come.
// It uses nothing of the page's other files, and is no module, so that it is there before any of them is asked for.
// When not even this one arrives, the frame's own words appear (page.css).
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

  // A browser refuses to ask with the name and the password that the address of the page may have; it knows them.
  function plain(address) {
    const url = new URL(address, document.baseURI);
    url.username = url.password = '';
    return url.href;
  }

  const name = (address) => new URL(address).pathname.replace(/^.*?\/((css|js|templates|vendor)\/)/, '$1');
  const kinds = { css: 'css', js: 'javascript', html: 'html' };
  const version = (text) => /assets\/([0-9a-f]+)\//.exec(text)?.[1];
  const own = version(document.currentScript.src);

  window.addEventListener('error', ({ target, message, filename }) => {
    const address = addressOf(target);
    if (address) lack(target, address);
    else if (boot.refusal) blame(message);
    else if (isOurs(filename)) fail(plain(filename), message);
    else if (!boot.started) boot.error ||= message;   // it may be an extension's: told when the page does not begin
  }, true);
  // A file of which nothing has arrived is no error to the browser.
  document.addEventListener('load', ({ target }) => {
    const address = addressOf(target);
    if (address && performance.getEntriesByName(target.src || target.href).at(-1)?.decodedBodySize === 0) {
      miss(address, 'came empty');
    }
  }, true);
  document.addEventListener('securitypolicyviolation', (event) => { boot.refusal ||= event.effectiveDirective; });
  document.addEventListener('DOMContentLoaded', () => { if (missing.size || (boot.refusal && boot.error)) tell(); });
  setTimeout(() => { if (!boot.started) tell(true); }, 10000);

  // The texts of files that no element asks for. One that does not come as it should is null, and told of unless it is
  // `more` than the page needs.
  boot.fetch = (addresses, more) => Promise.all(addresses.map(async (one) => {
    const address = plain(one);
    const response = await fetch(address).catch(() => null);
    const type = response?.headers.get('Content-Type') || '';
    const text = response?.ok && type.includes(kindOf(address)) ? await response.text().catch(() => null) : null;
    if (more) return text;
    if (text === null) miss(address, await reason(address));
    else if (!text) miss(address, 'came empty');
    return text || null;
  }));

  boot.miss = miss;

  boot.begin = function () {
    boot.started = true;
    tell();
  };

  // Whether the console has another page than this one by now.
  boot.isOld = async function () {
    const response = await fetch(plain(location.pathname), { cache: 'no-cache' }).catch(() => null);
    const served = response?.ok && version(await response.text().catch(() => ''));
    boot.served = served || own;
    return boot.served !== own;
  };

  // At most once for each new page, so that one who is sent the old one again does not go round in a circle.
  boot.renew = function () {
    try {
      if (sessionStorage.getItem('renewed') === boot.served) return false;
      sessionStorage.setItem('renewed', boot.served);
    } catch {
      return false;   // a browser may keep nothing
    }
    location.reload();
    return true;
  };

  function addressOf({ src, href, rel }) {
    const asked = src || (['stylesheet', 'modulepreload'].includes(rel) && href);
    return asked && plain(asked);
  }

  function kindOf(address) { return kinds[address.split('.').at(-1)]; }

  function modules() {
    return [...document.querySelectorAll('link[rel=modulepreload], script[src]')].map((one) => one.src || one.href);
  }

  // What extensions of the browser and the frame itself say is nobody's file.
  function isOurs(address) { return Boolean(address) && modules().some((one) => plain(one) === plain(address)); }

  function blame(message) {
    boot.error ||= message;
    if (!boot.started) tell();
  }

  // The first thing that is known of a file says most; a page that has started goes on.
  function miss(address, why, failed) {
    if (missing.has(address)) return;
    missing.set(address, { name: name(address), style: kindOf(address) === 'css', failed, why });
    tell();
  }

  function fail(address, message) { miss(address, `ended with an error: ${message}`, boot.started); }

  // The module that begins fails with any that it needs, and a browser that knows no preloads does not say which.
  async function lack(element, address) {
    const all = element.type === 'module' ? modules().map(plain) : [address];
    const found = await Promise.all(all.map(async (one) => [one, missing.has(one) ? null : await reason(one)]));
    const faults = found.filter(([, why]) => why && (all.length === 1 || why !== arrives));
    faults.forEach(([one, why]) => miss(one, why));
    if (!missing.size && !boot.error) miss(address, arrives);
  }

  const arrives = 'did not load at first, and loads by now';

  // It is asked for once more, to know why. What the console does not have any more, a new page does without.
  async function reason(address) {
    try {
      const response = await fetch(address, { cache: 'reload', signal: AbortSignal.timeout(5000) });
      const type = response.headers.get('Content-Type') || 'nothing';
      if (response.status === 404 && !boot.started && await boot.isOld()) boot.renew();
      if (response.status === 404) return 'is not there (HTTP 404)';
      if (!response.ok) return `was refused with HTTP ${response.status}`;
      if (type.includes(kindOf(address))) return arrives;
      return `came as ${type.split(';')[0]}: something else answered in its place`;
    } catch {
      return 'could not be fetched';
    }
  }

  // `late`: the page should have begun by now. Without a style it will begin, and tell then.
  function tell(late) {
    const page = document.getElementById('page');
    const { started, error } = boot;
    const files = [...missing.values()];
    if (!page || (started && !files.length)) return;
    if (!started && !error && !late && boot.complete()) return;
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
    const arrived = performance.getEntriesByType('resource').map((one) => plain(one.name));
    const slow = modules().map(plain).filter((one) => !arrived.includes(one)).map(name);
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
