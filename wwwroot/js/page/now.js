// What time it is by the console's clock: ends, ages and what is left are reckoned with it, as the reader's own may be
// wrong. `ahead` is how far the console's is ahead, in ms. An instant that the console said bounds it from both sides;
// within these bounds it stays as it is, so that nothing on the page trembles.
app.now = () => Date.now() + app.now.ahead;
app.now.ahead = 0;

// `said`: the console's time, which it said between `sent` and `received` of this computer's, and cut by up to `cut`
// ms.
app.now.hear = function (said, sent, received, cut) {
  if (Number.isNaN(said)) return;
  app.now.ahead = Math.min(Math.max(app.now.ahead, said - received), said + cut - sent);
};

// The Date of an answer has whole seconds.
app.now.hearAnswer = function (response, sent) {
  const said = response.headers.get('Date');
  if (said) app.now.hear(Date.parse(said), sent, Date.now(), 1000);
};

// A clock that is off by more than a moment is told of.
app.now.differs = function () {
  const ms = Math.abs(app.now.ahead);
  if (ms < 30000) return null;
  return `Your computer’s clock is ${app.time.span(ms)} ${app.now.ahead > 0 ? 'behind' : 'ahead of'} the console’s.`;
};
