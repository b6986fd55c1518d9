// One quiet line at the bottom that says what was just done, and goes by itself; screen readers hear it.
import { deeds } from '../live/deeds.js';

export function notice(text) { show(text, [], 5000); }

// What was done by a request may be had as a line for curl, and some of it be taken back, for as long as it stands.
export function noticeDone(text, back) {
  show(text, [...(back ? [back] : []), { name: 'curl', word: 'As curl', run: () => deeds.ask() }], 9000);
}

// What can be taken back `of` something else stays beside what is told after it.
function show(text, offers, ms) {
  const place = document.getElementById('notice');
  const byKey = place.querySelector('.by-key, :focus-visible');
  const { of } = offers[0] || {};
  [...place.children].forEach((line) => {
    line.querySelector('[name=curl]')?.remove();
    if (!line.querySelector('[name=back]:enabled') || line.dataset.of === of) line.remove();
  });
  const line = document.createElement('p');
  line.textContent = text;
  if (of) line.dataset.of = of;
  offers.forEach((offer) => line.append(' ', buttonOf(offer)));
  place.append(line);
  place.classList.add('shown');
  setTimeout(() => drop(line, place), ms);
  if (byKey) (line.querySelector('button') || document.getElementById('page')).focus({ preventScroll: true });
}

// Not under the hands of who has come there by the keyboard.
function drop(line, place) {
  if (!line.isConnected) return;
  if (line.querySelector(':focus-visible')) { setTimeout(() => drop(line, place), 1000); return; }
  if (line.nextSibling || line.previousSibling) { line.remove(); return; }
  place.classList.remove('shown');
  line.querySelectorAll('button').forEach((button) => button.remove());
}

function buttonOf({ name, word, run }) {
  const button = document.createElement('button');
  button.type = 'button';
  button.name = name;
  button.textContent = word;
  button.addEventListener('click', () => {
    button.classList.toggle('by-key', button.matches(':focus-visible'));   // one that is disabled loses the focus
    button.disabled = name === 'back';
    run();
  });
  return button;
}
