// A list that the console sends in parts, newest first: load() asks for the newest, older() for what stands behind it.
import { _ } from '../page/libraries.js';
import * as api from './api.js';

export const inParts = {
  // `behind` asks for the next part, once one behind the newest was asked for; '' when none is left.
  hasOlder() { return Boolean(this.behind ?? this.next); },

  async older() {
    const { body, next } = await api.read(_.result(this, 'address') + (this.behind ?? this.next));
    this.behind = next || '';
    const known = this.map((one) => one.attributes);
    this.set([...known, ...this.notAmong(known, body[this.list])]);
    this.trigger('sync', this);
  },

  // A look brings the newest part alone: what was asked for behind it stays behind it.
  parse(answer) {
    const newest = answer[this.list];
    if (this.behind === undefined) return newest;
    return [...newest, ...this.notAmong(newest, this.map((one) => one.attributes))];
  },

  notAmong(known, entries) {
    const ids = new Set(known.map((one) => String(this.modelId(one))));
    return entries.filter((one) => !ids.has(String(this.modelId(one))));
  }
};
