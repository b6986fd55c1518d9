// One quiet line at the bottom that says what was just done, and goes by itself; screen readers hear it.
app.notice = function (text) {
  const place = document.getElementById('notice');
  clearTimeout(app.notice.timer);
  place.textContent = text;
  place.classList.add('shown');
  app.notice.timer = setTimeout(() => place.classList.remove('shown'), 5000);
};
