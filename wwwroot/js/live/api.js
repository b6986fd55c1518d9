// The one door to the HTTP API. Addresses are relative, so that the page works under any path. Each answer says what
// time it is at the console.
app.api = {
  // A random UUID; crypto.randomUUID exists on https and localhost only, and consoles live on plain http too.
  newKey() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  },

  // Without a signal of their own, readers wait ten seconds at most, five in trouble, and not on a connection from
  // before a cut.
  async read(path, etag, signal = this.limited()) {
    const headers = { Accept: 'application/json' };
    if (etag) headers['If-None-Match'] = etag;
    const response = await this.ask(path, { headers, signal });
    if (response.status === 304) return { unchanged: true };
    if (!response.ok) throw await app.Problem.from(response);
    return { body: await this.bodyOf(response), etag: response.headers.get('ETag') };
  },

  // Every write says what it is and, for POST, carries a key that makes a repetition harmless.
  async write(method, path, body, key) {
    const headers = { 'Content-Type': 'application/json', Accept: 'application/json' };
    if (method === 'POST') headers['Idempotency-Key'] = key || this.newKey();
    const response = await this.ask(path, {
      method, headers, body: body === undefined ? undefined : JSON.stringify(body), signal: AbortSignal.timeout(30000)
    });
    if (!response.ok) throw await app.Problem.from(response);
    return response.status === 204 ? null : this.bodyOf(response);
  },

  // What stands before the console may answer in its place, with a page to sign in, and cut what it hands on.
  async bodyOf(response) {
    const body = await response.json().catch((error) => {
      if (error instanceof SyntaxError) return null;
      throw error;
    });
    if (body === null || typeof body !== 'object') throw app.Problem.foreign(response);
    return body;
  },

  waiting: new Set(),

  limited() {
    const asking = new AbortController();
    this.waiting.add(asking);
    const patience = app.live.streaming || app.live.state === 'connecting' ? 10000 : 5000;
    setTimeout(() => { asking.abort(); this.waiting.delete(asking); }, patience);
    return asking.signal;
  },

  abandon() {
    this.waiting.forEach((asking) => asking.abort());
    this.waiting.clear();
  },

  async ask(path, request) {
    const sent = Date.now();
    const response = await fetch(this.at(path), request);
    app.now.hearAnswer(response, sent);
    return response;
  },

  // Without the name and password that the address of the page may have: a browser refuses to ask with them, and knows
  // them already.
  at(path) {
    const url = new URL(path, document.baseURI);
    url.username = url.password = '';
    return url.href;
  },

  path: (...parts) => ['api', ...parts.map(encodeURIComponent)].join('/')
};

// Models and collections read through the same door. An answer that was overtaken by an event is asked for again.
Backbone.sync = async function (method, model, options) {
  if (method !== 'read') throw new Error('Write with a verb of the model.');
  for (let tries = 3; ; tries -= 1) {
    const seen = app.live.seen;
    const answer = await app.api.read(_.result(model, 'url'), model.etag);
    if (seen !== app.live.seen) {
      if (tries > 1) continue;
      app.live.lookSoon(1000);
    }
    if (answer.unchanged) return model;
    model.etag = answer.etag;
    options.success(answer.body);
    return model;
  }
};

// load(): fetch as a promise; two at the same time share one request.
app.load = {
  load() {
    this.loading ||= this.fetch().then(() => { this.loaded = true; }).finally(() => { this.loading = null; });
    return this.loading;
  }
};
_.extend(Backbone.Model.prototype, app.load);
_.extend(Backbone.Collection.prototype, app.load);
