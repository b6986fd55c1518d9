// Everything a page may show, asked for anew; unchanged answers cost a 304 each.
import { me } from '../access/me.js';
import { apps } from '../apps/apps.js';
import { bases } from '../bases/base.js';
import { copies } from '../bases/copy.js';
import { messages } from '../messages/message.js';
import { shown } from '../page/shown.js';
import { servers } from '../servers/server.js';

export function refresh() {
  const nouns = [servers, bases, copies, me, messages];
  if (!apps.length) nouns.push(apps);
  return Promise.all([...nouns.map((noun) => noun.load()), shown.refresh()]);
}
