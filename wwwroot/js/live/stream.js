// One event stream that stays open. It is read by hand, because an EventSource tells neither that the other side is
// silent nor why it was refused. The console sends something at least every two seconds; when nothing has come for
// `silence` ms, the stream is given up, whatever the connection looks like. It is opened again with the id of the last
// event, so that nothing is missing; `fresh` says that there was none yet. Used by the shared worker, and by a page
// without one.
export class ConsoleStream {
  constructor(url, tell, { silence = 3200, patience = 2500, pause = 1000 } = {}) {
    Object.assign(this, { url, tell, silence, patience, pause, failures: 0, last: null, isOpen: false });
    this.open();
  }

  async open() {
    clearTimeout(this.timer);
    const reading = this.reading = new AbortController();
    let next = this.pause * (1 + Math.random() / 2);   // not all pages at once, when a console is back
    try {
      await this.read(reading);
      next = this.retry ?? 0;   // ended as planned: nobody need know, if it can be opened again
    } catch (error) {
      this.failures += 1;
      if ([401, 403].includes(error.status) || (error.status === 429 && this.failures > 6)) next = 10000;
      if (reading.signal.aborted) next /= 4;   // it has waited long enough
      if (reading === this.reading) this.cut();
    }
    clearTimeout(this.watch);
    if (reading === this.reading) this.timer = setTimeout(() => this.open(), next);
  }

  async read(reading) {
    // What hangs long is left to hang longer: each try that is given up holds a place until its end is noticed.
    this.expect(reading, this.failures > 2 ? 2 * this.patience : this.patience);
    const headers = { Accept: 'text/event-stream' };
    if (this.last) headers['Last-Event-ID'] = this.last;
    const response = await fetch(this.url, { headers, signal: reading.signal, cache: 'no-store' });
    if (!response.ok) throw Object.assign(new Error('refused'), { status: response.status });
    this.isOpen = true;
    this.failures = 0;
    this.tell({ what: 'open', fresh: !this.last });
    const lines = new EventLines((event) => this.take(event));
    const reader = response.body.getReader(), decoder = new TextDecoder();
    for (;;) {
      this.expect(reading, this.silence);
      const { done, value } = await reader.read();
      if (done) return;
      lines.take(decoder.decode(value, { stream: true }));
    }
  }

  expect(reading, within) {
    clearTimeout(this.watch);
    this.watch = setTimeout(() => reading.abort(), within);
  }

  take({ id, name, data, retry }) {
    if (id) this.last = id;
    if (retry !== undefined) this.retry = retry;
    if (name === 'heartbeat') this.tell({ what: 'beat', now: data });
    else if (data && name !== 'hello') this.tell({ what: 'event', name, data: JSON.parse(data) });
  }

  cut() {
    this.isOpen = false;
    this.tell({ what: 'cut' });
  }

  // After a sleep the connection may be dead without anybody noticing. Several pages ask at once: once is enough.
  renew() {
    if (Date.now() - (this.renewed || 0) < 5000) return;
    this.renewed = Date.now();
    const { reading } = this;
    this.cut();
    this.open();
    reading.abort();
  }
}

// Server-sent events from text that comes in pieces cut anywhere.
export class EventLines {
  constructor(tell) { Object.assign(this, { tell, rest: '', event: {} }); }

  take(text) {
    const lines = (this.rest + text).split(/\r\n|\n|\r(?!$)/);
    this.rest = lines.pop();
    lines.forEach((line) => this.line(line));
  }

  line(line) {
    if (!line) { this.end(); return; }
    const [, field, value] = line.match(/^([^:]*):? ?([^]*)$/);
    const { event } = this;
    if (field === 'data') event.data = event.data === undefined ? value : `${event.data}\n${value}`;
    if (field === 'event') event.name = value;
    if (field === 'id') event.id = value;
    if (field === 'retry' && /^\d+$/.test(value)) event.retry = Number(value);
  }

  end() {
    const { event } = this;
    this.event = {};
    if (event.data !== undefined || event.retry !== undefined) this.tell(event);
  }
}
