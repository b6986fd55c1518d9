// Usage: node pages.mjs CONSOLE SECONDS
//
// Opens 300 event streams as pages do, and changes a reservation 30 times a second. Prints how long it takes until each
// stream has heard of each change, or of a later one of the same server.
import http from 'node:http';

const [console_, seconds] = [new URL(process.argv[2]), Number(process.argv[3])];
const people = 50, pagesOfOne = 6, perSecond = 30, patience = 20000;
// A connection for each change: Apache ends those that are idle, at a moment of its own.
const agent = new http.Agent({ keepAlive: false });
const password = (person) => `Basic ${Buffer.from(`${person}:bench`).toString('base64')}`;

// By server: the changes that were sent, and by page the newest one that it has heard of.
const sent = new Map();
const waits = [];
let open = 0, resumed = 0, heardAll = () => {};
let left = 0;

function send(person, method, path, body) {
  return new Promise((resolve, reject) => {
    const request = http.request(new URL(path, console_), {
      agent,
      method,
      headers: { authorization: password(person), 'content-type': 'application/json' }
    }, (answer) => {
      answer.resume();
      answer.on('end', () => {
        if (answer.statusCode < 300) resolve();
        else reject(new Error(`${path}: ${answer.statusCode}`));
      });
    });
    request.on('error', reject);
    request.end(JSON.stringify(body));
  });
}

function hear(page, data) {
  const change = /"name":"(qa\d+)".*?"purpose":"change (\d+)"/.exec(data);
  if (!change) return;
  const [, server, told] = change;
  const now = performance.now();
  for (let number = (page.heard.get(server) ?? 0) + 1; number <= Number(told); number += 1) {
    const at = sent.get(server)?.[number];
    if (at === undefined) continue;
    waits.push(now - at);
    left -= 1;
  }
  page.heard.set(server, Math.max(Number(told), page.heard.get(server) ?? 0));
  if (left === 0) heardAll();
}

// Ends with its person's password check, as a page's does, and is resumed.
function follow(page, ready) {
  const headers = { authorization: password(page.person) };
  if (page.last) headers['last-event-id'] = page.last;
  const request = http.get(new URL('api/events', console_), { agent: page.agent, headers }, (answer) => {
    if (answer.statusCode !== 200) throw new Error(`a stream of ${page.person}: ${answer.statusCode}`);
    answer.setEncoding('utf8');
    let text = '';
    answer.on('data', (more) => {
      text += more;
      for (let end; (end = text.indexOf('\n\n')) >= 0; text = text.slice(end + 2)) {
        const lines = text.slice(0, end).split('\n');
        const value = (key) => lines.find((line) => line.startsWith(`${key}: `))?.slice(key.length + 2);
        page.last = value('id') ?? page.last;
        if (value('event') === 'server') hear(page, value('data') ?? '');
        ready?.();
        ready = null;
      }
    });
    answer.on('end', () => {
      if (page.over) return;
      resumed += 1;
      follow(page);
    });
  });
  request.on('error', (error) => { if (!page.over) throw error; });
  page.end = () => { page.over = true; request.destroy(); };
}

const serverOf = (n) => `qa${String((n % people) + 1).padStart(2, '0')}`;
const personOf = (n) => `p${(n % people) + 1}`;
const at = (server) => `api/servers/${server}/reservation`;

for (let n = 0; n < people; n += 1) await send(personOf(n), 'PUT', at(serverOf(n)), { purpose: 'first', hours: 8 });
const pages = Array.from({ length: people * pagesOfOne }, (_, n) => ({
  person: personOf(n), heard: new Map(), agent: new http.Agent()
}));
for (const page of pages) {
  await new Promise((resolve) => follow(page, resolve));
  open += 1;
}

const changes = perSecond * seconds;
left = changes * pages.length;
const began = performance.now();
const answers = [];
for (let n = 0; n < changes; n += 1) {
  const due = began + ((n * 1000) / perSecond) - performance.now();
  if (due > 0) await new Promise((resolve) => setTimeout(resolve, due));
  const server = serverOf(n), numbers = sent.get(server) ?? [];
  numbers[Math.floor(n / people) + 1] = performance.now();
  sent.set(server, numbers);
  answers.push(send(personOf(n), 'PUT', at(server), { purpose: `change ${Math.floor(n / people) + 1}` }));
}
await Promise.all(answers);
const took = (performance.now() - began) / 1000;
await Promise.race([
  new Promise((resolve) => { heardAll = resolve; if (left === 0) resolve(); }),
  new Promise((resolve) => setTimeout(resolve, patience))
]);
pages.forEach((page) => page.end());

waits.sort((a, b) => a - b);
const told = (part) => `${(waits[Math.min(waits.length - 1, Math.floor(waits.length * part))] / 1000).toFixed(3)} s`;
const good = left === 0 && waits[Math.floor(waits.length * 0.99)] < 2000;
console.log(`${open} pages, ${(changes / took).toFixed(1)} changes a second for ${took.toFixed(0)} s:`
  + ` heard ${waits.length} times, ${left} times not; median ${told(0.5)},`
  + ` 99th percentile ${told(0.99)}, at most ${told(1)};`
  + ` ${resumed} streams were resumed. Less than 2 s: ${good ? 'reached' : 'not reached'}`);
process.exit(0);
