// One quiet line at the bottom that says what was just done, and goes by itself; screen readers hear it. What was done
// may be taken back there, for as long as the line stands.
export function notice(text, back) {
  const place = document.getElementById('notice');
  clearTimeout(notice.timer);
  place.textContent = text;
  if (back) place.append(' ', buttonOf(back));
  place.classList.add('shown');
  notice.timer = setTimeout(() => {
    place.classList.remove('shown');
    place.querySelector('button')?.remove();
  }, back ? back.ms : 5000);
}

function buttonOf({ word, run }) {
  const button = document.createElement('button');
  button.type = 'button';
  button.name = 'back';
  button.textContent = word;
  button.addEventListener('click', () => { button.disabled = true; run(); });
  return button;
}
