// What is said of what was sent to webhooks and by e-mail: no document is known here.
import * as format from '../page/format.js';
import * as time from '../page/time.js';

const states = {
  delivered: { icon: 'succeeded', word: 'taken' },
  waiting: { icon: 'waiting', word: 'waiting' },
  givenUp: { icon: 'failed', word: 'given up' }
};

// A receiver is a webhook, by its name, or all e-mail together.
export const receiverOf = ({ webhook }) => webhook ?? 'by e-mail';

export function deliveryWords(delivery) {
  const { notice, state, attempts, answer } = delivery;
  const isWaiting = state === 'waiting';
  return {
    at: time.of(notice.at),
    to: delivery.webhook ?? notice.person,
    mail: delivery.webhook === null,
    event: notice.event,
    text: time.said(notice.text),
    status: isWaiting && attempts ? { icon: 'failed', word: 'refused' } : states[state],
    next: isWaiting && attempts ? time.of(delivery.nextAt, time.soon) : null,
    tries: attempts > 1 ? `${attempts} tries` : null,
    answer: answer && time.said(answer),
    answered: time.of(delivery.answeredAt, time.ago)
  };
}

// Each receiver with how many wait for it, and when it has taken something last; those that take nothing come first.
export function receiversOf(deliveries) {
  return [...new Set(deliveries.map(receiverOf))].map((name) => {
    const own = deliveries.filter((one) => receiverOf(one) === name);
    const waiting = own.filter(({ state }) => state === 'waiting');
    const tried = waiting.filter(({ attempts }) => attempts);
    const taken = own.filter(({ state }) => state === 'delivered').map((one) => one.answeredAt).sort().at(-1);
    const next = tried.map(({ nextAt }) => nextAt).filter(Boolean).sort()[0];
    return {
      name,
      fails: tried.length > 0,
      status: tried.length ? { icon: 'failed', word: `${tried.length} not taken` }
        : waiting.length ? { icon: 'waiting', word: `${waiting.length} to be sent` }
          : { icon: 'succeeded', word: 'nothing waits' },
      next: time.of(next, time.soon),
      taken: time.of(taken, time.ago),
      count: format.count(own.length, 'message', 'messages')
    };
  }).sort((one, other) => other.fails - one.fails || one.name.localeCompare(other.name, 'en'));
}
