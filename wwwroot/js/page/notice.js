// One quiet line at the bottom that says what was just done, and goes by itself; screen readers hear it.
import { deeds } from '../live/deeds.js';

export function notice(text) { show(text, [], 5000); }

// What was done by a request may be had as a line for curl, and some of it be taken back, for as long as it stands.
export function noticeDone(text, back) {
  show(text, [...(back ? [back] : []), { name: 'curl', word: 'As curl', run: () => deeds.ask() }], 9000);
}

function show(text, offers, ms) {
  const place = document.getElementById('notice');
  clearTimeout(show.timer);
  place.textContent = text;
  offers.forEach((offer) => place.append(' ', buttonOf(offer)));
  place.classList.add('shown');
  show.timer = setTimeout(() => {
    place.classList.remove('shown');
    place.querySelectorAll('button').forEach((button) => button.remove());
  }, ms);
}

function buttonOf({ name, word, run }) {
  const button = document.createElement('button');
  button.type = 'button';
  button.name = name;
  button.textContent = word;
  button.addEventListener('click', () => { button.disabled = name === 'back'; run(); });
  return button;
}
