// The tab: its title and its icon say how many messages are not seen.
import { titleOf } from './words.js';

const told = new URL('../../favicon.told.svg', import.meta.url).href;
const link = document.querySelector('link[rel=icon]');
const usual = link.href;
let page = '', unseen = 0;

export function name(text) {
  page = text;
  write();
}

export function count(number) {
  unseen = number;
  write();
}

function write() {
  if (page) document.title = titleOf(page, unseen);
  const icon = unseen ? told : usual;
  if (link.href !== icon) link.href = icon;
}
