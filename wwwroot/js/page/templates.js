// Templates lie in templates/NOUN.html as <template id="NAME">; each can use the others as partials. They are Mustache,
// which escapes everything; triple mustaches are not used.
import { Mustache } from './libraries.js';
import { collect } from './template-files.js';

const nouns = ['page', 'servers', 'reservations', 'access', 'builds', 'log', 'changes', 'bases', 'savepoints',
  'messages'];
const known = new Map();

// Those that every visit needs; or more, for a page that does without itself when they do not come: then it throws.
export async function load(more) {
  const addresses = (more || nouns).map((noun) => new URL(`../../templates/${noun}.html`, import.meta.url).href);
  const texts = await window.boot.fetch(addresses, more);
  texts.forEach((text, at) => (more || text !== null) && take(text || '', addresses[at], more));
}

// One that came cut is told of as one that did not come.
function take(text, address, more) {
  try {
    collect(text).forEach((one, name) => known.set(name, one));
  } catch (error) {
    if (more) throw error;
    window.boot.miss(address, error.message);
  }
}

function template(name) {
  if (!known.has(name)) throw new Error(`There is no template ${name}.`);
  return known.get(name);
}

export const render = (name, data) => Mustache.render(template(name), data, template);
