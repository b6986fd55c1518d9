// What time it is by the console's clock: ends, ages and what is left are reckoned with it, as the reader's own may be
// wrong. `ahead` is how far the console's is ahead, in ms. An instant that the console said bounds it from both sides;
// within these bounds it stays as it is, so that nothing on the page trembles.
export let ahead = 0;

export const now = () => Date.now() + ahead;

// `said`: the console's time, which it said between `sent` and `received` of this computer's, and cut by up to `cut`
// ms.
export function hear(said, sent, received, cut) {
  if (Number.isNaN(said)) return;
  ahead = Math.min(Math.max(ahead, said - received), said + cut - sent);
}

// The Date of an answer has whole seconds.
export function hearAnswer(response, sent) {
  const said = response.headers.get('Date');
  if (said) hear(Date.parse(said), sent, Date.now(), 1000);
}
