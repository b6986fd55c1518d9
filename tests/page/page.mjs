// The page's own files in a room without a browser: what a pure function of the page says can be tried by itself.
import { readFileSync } from 'node:fs';
import vm from 'node:vm';

// The `app` of the named files, in their order. `room` has what they find in their window besides.
export function load(files, room = {}) {
  const page = { performance, setTimeout, clearTimeout, fetch, AbortController, TextDecoder, Intl, URL, ...room };
  page.window = page.self = page;
  vm.createContext(page);
  for (const file of ['app.js', ...files]) {
    const source = readFileSync(new URL(`../../wwwroot/js/${file}`, import.meta.url), 'utf8');
    vm.runInContext(source, page, { filename: file });
  }
  return page;
}

export const times = ['page/now.js', 'page/zone.js', 'page/time.js'];

// A zone for the time of one test.
export function inZone(zone, run) {
  const before = process.env.TZ;
  process.env.TZ = zone;
  try {
    return run();
  } finally {
    if (before === undefined) delete process.env.TZ; else process.env.TZ = before;
  }
}
