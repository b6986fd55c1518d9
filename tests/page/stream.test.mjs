// The event stream as the page reads it, on a real HTTP server that cuts, hangs, refuses and comes back: what is told
// within which time. Without a browser: node --test tests/page
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import test from 'node:test';
import { ConsoleStream, EventLines } from '../../wwwroot/js/live/stream.js';

// A server whose answers a test gives; `stream` hears what the page would.
async function stage(t, answer) {
  const asked = [], told = [];
  const server = http.createServer((request, response) => {
    asked.push(request.headers);
    answer(request, response, asked.length);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  const stream = new ConsoleStream(`http://127.0.0.1:${port}/`, (one) => told.push({ ...one, at: performance.now() }));
  const until = async (wanted) => {
    for (const end = performance.now() + 15000; performance.now() < end;) {
      const found = told.find(wanted);
      if (found) return found;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    throw new Error(`not told: ${JSON.stringify(told)}`);
  };
  const end = () => {
    clearTimeout(stream.timer);
    clearTimeout(stream.watch);
    stream.open = () => null;
    stream.reading.abort();
    server.closeAllConnections();
    server.close();
  };
  t.after(end);   // also when it fails: an open server would keep the whole run waiting
  return { asked, told, server, port, until, end };
}

const begin = (response) => response.writeHead(200, { 'Content-Type': 'text/event-stream' });
const what = (told) => told.map((one) => one.what).join(' ');

test('events are told, a cut is told at once, and the stream goes on after the last event', async (t) => {
  const one = await stage(t, (request, response, turn) => {
    begin(response);
    const told = 'event: hello\ndata: {}\nid: r-1\n\nevent: server\ndata: {"name":"qa01"}\nid: r-2\n\n';
    if (turn === 1) response.write(told);
    if (turn === 1) setTimeout(() => response.destroy(), 100);
    if (turn === 2) response.write('event: heartbeat\ndata: 2026-11-25T10:00:00.000Z\n\n');
  });
  await one.until(({ what: kind }) => kind === 'beat');
  one.end();
  assert.equal(what(one.told), 'open event cut open beat');
  assert.deepEqual([one.told[0].fresh, one.told[3].fresh], [true, false]);
  assert.equal(JSON.stringify(one.told[1].data), '{"name":"qa01"}');
  assert.equal(one.asked[1]['last-event-id'], 'r-2');
});

test('a stream that falls silent is given up within 4 s, and is back within 4 s when the console is', async (t) => {
  let silent = false;
  const one = await stage(t, (request, response) => {
    if (silent) return;   // takes the connection and says nothing, as a proxy before a console that hangs
    begin(response);
    const beat = setInterval(() => { if (!silent) response.write('event: heartbeat\ndata: x\n\n'); }, 500);
    response.on('close', () => clearInterval(beat));
  });
  await one.until(({ what: kind }) => kind === 'beat');
  const silentSince = performance.now();
  silent = true;
  const cut = await one.until(({ what: kind, at }) => kind === 'cut' && at > silentSince);
  assert.ok(cut.at - silentSince < 4000, `told after ${cut.at - silentSince} ms`);
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const backSince = performance.now();
  silent = false;
  const open = await one.until(({ what: kind, at }) => kind === 'open' && at > backSince);
  one.end();
  assert.ok(open.at - backSince < 4000, `told after ${open.at - backSince} ms`);
});

test('nobody listens at the port, and is back: told within 4 s', async (t) => {
  const one = await stage(t, (request, response) => {
    begin(response);
    response.write('event: heartbeat\ndata: x\n\n');
  });
  await one.until(({ what: kind }) => kind === 'beat');
  const died = performance.now();
  one.server.closeAllConnections();
  one.server.close();
  const cut = await one.until(({ what: kind, at }) => kind === 'cut' && at > died);
  assert.ok(cut.at - died < 500);
  await new Promise((resolve) => setTimeout(resolve, 2500));
  const back = performance.now();
  one.server.listen(one.port, '127.0.0.1');
  const open = await one.until(({ what: kind, at }) => kind === 'open' && at > back);
  one.end();
  assert.ok(open.at - back < 3000, `told after ${open.at - back} ms`);
});

test('a planned end is no cut; what is refused for long is not asked for all the time', async (t) => {
  const one = await stage(t, (request, response, turn) => {
    if (turn > 2) { response.writeHead(turn > 3 ? 429 : 503).end(); return; }
    begin(response);
    response.end('event: heartbeat\ndata: x\nretry: 50\n\n');
  });
  await one.until(({ what: kind }) => kind === 'cut');
  assert.equal(what(one.told), 'open beat open beat cut');
  const from = performance.now();
  while (one.asked.length < 9) await new Promise((resolve) => setTimeout(resolve, 100));
  assert.ok(performance.now() - from < 10500, 'one that is refused for a moment is asked for again soon');
  await new Promise((resolve) => setTimeout(resolve, 5000));
  one.end();
  assert.equal(one.asked.length, 9);
});

test('however the bytes are cut, the same events come out', () => {
  const text = ': comment\r\nevent: a\rdata: 1\ndata: 2\r\n\r\nid: 7\ndata:x:y\n\n'
    + 'event: lost\n\ndata\n\nretry: 5\n\nretry: no\ndata: é€😀\n\n';
  const whole = [];
  new EventLines((event) => whole.push(event)).take(text);
  assert.deepEqual(JSON.parse(JSON.stringify(whole)), [
    { name: 'a', data: '1\n2' }, { id: '7', data: 'x:y' }, { data: '' }, { retry: 5 }, { data: 'é€😀' }
  ]);
  for (let size = 1; size < 9; size += 1) {
    const cut = [], lines = new EventLines((event) => cut.push(event));
    for (let at = 0; at < text.length; at += size) lines.take(text.slice(at, at + size));
    assert.deepEqual(JSON.stringify(cut), JSON.stringify(whole), `pieces of ${size}`);
  }
});
