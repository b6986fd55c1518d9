// A day's work through a client that was made from the API document. What compiles here is what the document promises.
import createClient from 'openapi-fetch';
import type { components, paths } from './api.js';

declare const process: { env: Record<string, string>; argv: string[] };

type Build = components['schemas']['BuildView'];
type Problem = components['schemas']['Problem'];

const server = process.argv[2] ?? 'qa01';

function clientOf(user: string, password: string) {
  const baseUrl = process.env.CONSOLE_URL!.replace(/\/$/, '');
  return createClient<paths>({ baseUrl, headers: { Authorization: `Basic ${btoa(`${user}:${password}`)}` } });
}

function ensure(right: boolean, what: string): asserts right {
  if (!right) throw new Error(`It is not so that ${what}.`);
  console.log(`ok: ${what}`);
}

const mine = clientOf(process.env.CONSOLE_USER!, process.env.CONSOLE_PASSWORD!);
const other = clientOf(process.env.SECOND_USER!, process.env.SECOND_PASSWORD!);
const path = { server };

async function waitForEnd(id: string): Promise<Build> {
  for (;;) {
    const { data, error } = await mine.GET('/api/builds/{id}', { params: { path: { id }, query: { wait: 5 } } });
    if (error) throw new Error(error.detail);
    if (data.state !== 'queued' && data.state !== 'running') return data;
  }
}

const reserved = await mine.PUT('/api/servers/{server}/reservation', {
  params: { path },
  body: { purpose: 'a client from the document', hours: 1 }
});
ensure(reserved.response.status === 201, 'the server is reserved');
ensure(reserved.data?.holder === process.env.CONSOLE_USER, 'its holder is the one who asked');

const refused = await other.PUT('/api/servers/{server}/reservation', {
  params: { path },
  body: { purpose: 'the same server', hours: 1 }
});
const problem: Problem | undefined = refused.error;
ensure(refused.response.status === 409, 'another person is refused');
ensure(problem?.type === 'urn:test-server-console:reserved', 'the refusal has its own type');
const holder: string | undefined = problem.holder;
const until: string | undefined = problem.until;
ensure(holder === process.env.CONSOLE_USER, 'the refusal names the holder in a field');
ensure(!Number.isNaN(Date.parse(until ?? '')), 'and the end');

const incomplete = await mine.POST('/api/servers/{server}/builds', {
  params: { path },
  // @ts-expect-error A field that the document requires is missing.
  body: { app: 'shop', code: true }
});
const missing = incomplete.error?.detail.startsWith('The field `database` is missing');
ensure(missing === true, 'what does not compile is refused, too');

const launched = await mine.POST('/api/servers/{server}/builds', {
  params: { path, header: { 'Idempotency-Key': `client-${Date.now()}` } },
  body: { app: 'shop', path: 'trunk', database: true, code: true }
});
ensure(launched.response.status === 202 && launched.data !== undefined, 'a build is accepted');
const location = launched.response.headers.get('Location');
ensure(location?.endsWith(`/api/builds/${launched.data.id}`) === true, 'its address is told');

const ended = await waitForEnd(launched.data.id);
ensure(ended.state === 'succeeded', `build ${ended.id} succeeded: ${ended.message}`);
// @ts-expect-error The document lists the states, and this is none.
ensure(ended.state !== 'done', 'a state is one of those that are listed');
const seconds: number | null = ended.seconds;
ensure(seconds !== null && seconds > 0, 'a number is a number');

const log = await mine.GET('/api/builds/{id}/log', {
  params: { path: { id: ended.id }, query: { tail: 5 } },
  parseAs: 'text'
});
ensure((log.data ?? '').length > 0, 'its log is text');

const history = await mine.GET('/api/servers/{server}/history', { params: { path } });
ensure(history.data?.history[0]?.build === ended.id, 'the history has it first');

const behind = { limit: 1, before: String(Number(ended.id) + 1) };
const part = await mine.GET('/api/builds', { params: { query: behind } });
ensure(part.data?.builds.length === 1 && part.data.builds[0]?.id === ended.id, 'a part of the builds is as asked for');
const rest = await mine.GET('/api/servers/{server}/history', { params: { path, query: { limit: 1 } } });
const link: string | null = rest.response.headers.get('Link');
ensure(rest.data?.history.length === 1, 'a part of the history is, too');
ensure((link === null) === ((history.data?.history.length ?? 0) === 1), 'a header tells whether there is more');

const released = await mine.DELETE('/api/servers/{server}/reservation', { params: { path } });
ensure(released.response.status === 204, 'the server is released');
