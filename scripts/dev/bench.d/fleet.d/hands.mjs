// Usage: node hands.mjs SOCKET FOLDER SERVERS HOSTS HANGING
//
// Hands on hosts of libvirt's test driver whose sockets are FOLDER/hN/libvirt-sock. A world of that driver lasts as
// long as somebody is connected: one virsh stays with each. Does what comes on standard input, a line each, and says a
// line when it has done it:
//
//   fill             makes the servers, spread over the hosts; says their number
//   change SECONDS   pauses and resumes a server four times a second on the hosts that do not hang, the last of which
//                    are those that do; says how many changes there were, the median, 99th percentile and longest time
//                    in seconds from before one until an event of the console at SOCKET has told it, how many were not
//                    told, and how many bytes of events came a second
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import http from 'node:http';
import { createInterface } from 'node:readline';

const [socketPath, folder, ...numbers] = process.argv.slice(2);
const [servers, hosts, hanging] = numbers.map(Number);
const perSecond = 4, patience = 30000;
const two = (number) => String(number).padStart(2, '0');
const pause = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });
const xml = (name) => `<domain type='test'><name>${name}</name><memory>1024</memory><os><type>hvm</type></os></domain>`;

function connect(number) {
  const uri = `test+unix:///default?socket=${folder}/h${number}/libvirt-sock`;
  const virsh = spawn('virsh', ['--connect', uri], { stdio: ['pipe', 'pipe', 'inherit'] });
  const waits = [];
  createInterface({ input: virsh.stdout }).on('line', (line) => {
    if (/^Domain '.*' (created|suspended|resumed)/.test(line)) waits.shift()?.();
  });
  return {
    servers: [],
    ask: (words) => new Promise((resolve) => {
      waits.push(resolve);
      virsh.stdin.write(`${words}\n`);
    })
  };
}

const connections = Array.from({ length: hosts }, (_, n) => connect(n + 1));

async function fill() {
  for (let n = 0; n < servers; n += 1) {
    const host = connections[n % hosts], name = `qa${two((n % hosts) + 1)}${two(host.servers.length + 1)}`;
    const file = `${folder}/h${(n % hosts) + 1}/${name}.xml`;
    writeFileSync(file, xml(name));
    await host.ask(`create ${file}`);
    host.servers.push({ name, paused: false, change: null });
  }
  return servers;
}

const byName = () => new Map(connections.flatMap((host) => host.servers).map((server) => [server.name, server]));

// Of one person a stream ends within a minute, and is resumed.
function follow(known, count) {
  const heard = { times: [], bytes: 0, last: null, over: false };
  const hear = (lines) => {
    const value = (key) => lines.find((line) => line.startsWith(`${key}: `))?.slice(key.length + 2);
    heard.last = value('id') ?? heard.last;
    if (value('event') !== 'server') return;
    const { name, state } = JSON.parse(value('data')), server = known.get(name);
    if (!server?.change || state !== (server.paused ? 'paused' : 'running')) return;
    heard.times.push((performance.now() - server.change) / 1000);
    server.change = null;
  };
  const open = () => {
    const headers = { 'x-remote-user': 'bench', ...heard.last && { 'last-event-id': heard.last } };
    http.get({ socketPath, path: '/console/api/events', headers }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (more) => {
        heard.bytes += Buffer.byteLength(more);
        text += more;
        for (let end; (end = text.indexOf('\n\n')) >= 0; text = text.slice(end + 2)) {
          hear(text.slice(0, end).split('\n'));
        }
        count();
      });
      answer.on('end', () => { if (!heard.over) open(); });
    });
  };
  open();
  return heard;
}

async function change(seconds) {
  const known = byName();
  let begun = () => {};
  const ready = new Promise((resolve) => { begun = resolve; });
  const heard = follow(known, () => begun());
  await ready;
  const well = connections.slice(0, hosts - hanging);
  const idle = well.flatMap((host) => host.servers.map((server) => ({ host, server })));
  const began = performance.now();
  let count = 0;
  for (let n = 0; n < seconds * perSecond; n += 1) {
    await pause(Math.max(0, began + ((n * 1000) / perSecond) - performance.now()));
    const free = idle.filter(({ server }) => !server.change);
    if (!free.length) continue;
    const { host, server } = free[Math.floor(Math.random() * free.length)];
    server.paused = !server.paused;
    server.change = performance.now();
    count += 1;
    await host.ask(`${server.paused ? 'suspend' : 'resume'} ${server.name}`);
  }
  const took = (performance.now() - began) / 1000, bytes = heard.bytes;
  const late = performance.now() + patience;
  while (heard.times.length < count && performance.now() < late) await pause(50);
  heard.over = true;
  const times = heard.times.sort((a, b) => a - b);
  const at = (part) => (times[Math.min(times.length - 1, Math.floor(times.length * part))] ?? NaN).toFixed(2);
  return [count, at(0.5), at(0.99), at(1), count - times.length, Math.round(bytes / took)].join(' ');
}

for await (const line of createInterface({ input: process.stdin })) {
  const [verb, value] = line.split(' ');
  process.stdout.write(`${verb === 'fill' ? await fill() : await change(Number(value))}\n`);
}
