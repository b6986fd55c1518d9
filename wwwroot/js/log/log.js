// A log as it is written: follows it to the end of the build, and goes on from the last byte after a cut,
// without loss or doubling. Tells `text`, and once `end`; `cut` while it tries again. `isOver` tells whether the
// work has ended: a stream that ends earlier was ended by something in between.
import { Backbone, _ } from '../page/libraries.js';
import * as api from '../live/api.js';
import { live } from '../live/live.js';
import { Problem } from '../live/problem.js';

export function Log(url, isOver) {
  this.url = url;
  this.isOver = isOver;
  this.bytes = 0;
  this.decoder = new TextDecoder();
  this.stopped = false;
  // A connection that hangs says nothing; when the page has lost and found the console, it is asked again.
  this.listenTo(live, 'change', () => { if (live.found()) this.reading?.abort(); });
}

_.extend(Log.prototype, Backbone.Events, {
  async follow() {
    let pause = 1000;
    while (!this.stopped) {
      const before = this.bytes;
      try {
        const over = this.isOver();
        await this.readToEnd();
        if (!over && !this.isOver()) { await this.wait(1000); continue; }
        this.trigger('text', this.decoder.decode());
        this.trigger('end');
        return;
      } catch (error) {
        if (this.stopped) return;
        if (this.reading.signal.aborted) continue;
        const isRefusal = error instanceof Problem && error.status < 500 && error.status !== 429;
        if (isRefusal) { this.trigger('fail', error); return; }
        this.trigger('cut');
        pause = this.bytes > before ? 1000 : Math.min(pause * 2, 15000);
        await this.wait(pause);
      }
    }
  },

  async readToEnd() {
    this.reading = new AbortController();
    const response = await api.ask(`${this.url}?follow=true&from=${this.bytes}`, {
      signal: this.reading.signal, headers: { Accept: 'text/plain' }
    });
    if (response.status === 416) return;   // nothing beyond what is here
    if (!response.ok) throw await Problem.from(response);
    this.trigger('open');
    const reader = response.body.getReader();
    for (let rested = performance.now(); ;) {
      const { done, value } = await reader.read();
      if (done) return;
      this.bytes += value.length;
      this.trigger('text', this.decoder.decode(value, { stream: true }));
      // A hundred megabytes at once leave the page time to paint and to answer.
      if (performance.now() - rested > 12) { await this.wait(0); rested = performance.now(); }
    }
  },

  wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  stop() {
    this.stopped = true;
    this.stopListening();
    this.reading?.abort();
  }
});
