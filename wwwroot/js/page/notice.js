// One quiet line at the bottom that says what was just done, and goes by itself; screen readers hear it.
export function notice(text) {
  const place = document.getElementById('notice');
  clearTimeout(notice.timer);
  place.textContent = text;
  place.classList.add('shown');
  notice.timer = setTimeout(() => place.classList.remove('shown'), 5000);
}
