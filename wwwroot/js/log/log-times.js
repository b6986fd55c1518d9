// A line of a log begins with its time of day, in UTC. On the page it is in the zone of the page, like all times. The
// day is known from `since`, when the log began: on a night when clocks change, a line has the zone of its own moment.
import * as time from '../page/time.js';
import * as zone from '../page/zone.js';

export class LogTimes {
  constructor(since) {
    this.since = new Date(since || time.now());
    this.known = new Map();
    this.name = zone.name(this.since);
    this.same = this.name === 'UTC' && zone.name(new Date(+this.since + 86400000)) === 'UTC';
  }

  line(text) {
    if (this.same || !/^\d\d:\d\d:\d\d /.test(text)) return text;
    return this.local(text.slice(0, 5)) + text.slice(5);
  }

  // There are 1,440 minutes in a day, and many more lines in a log.
  local(clock) {
    if (!this.known.has(clock)) {
      const date = new Date(`${this.since.toISOString().slice(0, 10)}T${clock}:59Z`);
      if (date < this.since) date.setUTCDate(date.getUTCDate() + 1);
      this.known.set(clock, Number.isNaN(date.getTime()) ? clock : zone.field(date).slice(11, 16));
    }
    return this.known.get(clock);
  }
}
