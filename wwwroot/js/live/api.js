// The one door to the HTTP API. Addresses are relative, so that the page works under any path. Each answer says what
// time it is at the console.
import { hearAnswer } from '../page/now.js';
import { deeds } from './deeds.js';
import { Problem } from './problem.js';

const waiting = new Set();

// How long readers wait: less in trouble (live.js).
export const patience = { ms: 10000 };

// A random UUID; crypto.randomUUID exists on https and localhost only, and consoles live on plain http too.
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

// Without a signal of their own, readers wait ten seconds at most, five in trouble, and not on a connection from
// before a cut.
export async function read(path, etag, signal = limited()) {
  const headers = { Accept: 'application/json' };
  if (etag) headers['If-None-Match'] = etag;
  const response = await ask(path, { headers, signal });
  if (response.status === 304) return { unchanged: true };
  if (!response.ok) throw await Problem.from(response);
  return { body: await bodyOf(response), etag: response.headers.get('ETag'), next: nextOf(response) };
}

// Where the next part of a list is, as the question behind this one's own address.
function nextOf(response) {
  const address = /<([^>]*)>; rel="next"/.exec(response.headers.get('Link'))?.[1];
  return address ? new URL(address, response.url).search : null;
}

let rehearsal = null;

// What a verb would send, without sending it: null if that is nothing. It throws what the verb does.
export async function requestOf(verb) {
  let request = null, done;
  rehearsal = (one) => {
    request = one;
    return new Promise(() => {});   // the verb goes no further
  };
  try { done = verb(); } finally { rehearsal = null; }
  return request || Promise.resolve(done).then(() => null);
}

// Every write says what it is and, for POST, carries a key that makes a repetition harmless.
export async function write(method, path, body, key) {
  if (rehearsal) return rehearsal({ method, path, body });
  const headers = { 'Content-Type': 'application/json', Accept: 'application/json' };
  if (method === 'POST') headers['Idempotency-Key'] = key || newKey();
  const response = await ask(path, {
    method, headers, body: body === undefined ? undefined : JSON.stringify(body), signal: AbortSignal.timeout(30000)
  });
  if (!response.ok) throw await Problem.from(response);
  const answer = response.status === 204 ? null : await bodyOf(response);
  deeds.add({ method, path, body });
  return answer;
}

// What stands before the console may answer in its place, with a page to sign in, and cut what it hands on.
async function bodyOf(response) {
  const body = await response.json().catch((error) => {
    if (error instanceof SyntaxError) return null;
    throw error;
  });
  if (body === null || typeof body !== 'object') throw Problem.foreign(response);
  return body;
}

function limited() {
  const asking = new AbortController();
  waiting.add(asking);
  setTimeout(() => { asking.abort(); waiting.delete(asking); }, patience.ms);
  return asking.signal;
}

export function abandon() {
  waiting.forEach((asking) => asking.abort());
  waiting.clear();
}

export async function ask(path, request) {
  const sent = Date.now();
  const response = await fetch(at(path), request);
  hearAnswer(response, sent);
  return response;
}

// Without the name and password that the address of the page may have: a browser refuses to ask with them, and knows
// them already.
export function at(path) {
  const url = new URL(path, document.baseURI);
  url.username = url.password = '';
  return url.href;
}

export const path = (...parts) => ['api', ...parts.map(encodeURIComponent)].join('/');
