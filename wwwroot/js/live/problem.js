// Why a request failed, in the API's own words where it gave some (application/problem+json).
import * as time from '../page/time.js';

export class Problem extends Error {
  constructor(status, fields) {
    super(fields.detail || fields.title);
    Object.assign(this, fields);
    this.status = status;
    this.title = time.said(this.title) || 'That did not work.';
    if (this.detail) this.title = this.title.replace(/([^.!?…])$/, '$1.');   // a sentence follows it
    this.detail = time.said(this.detail);
  }

  static async from(response) {
    const isProblem = /\bjson\b/.test(response.headers.get('Content-Type') || '');
    const fields = isProblem ? await response.json().catch(() => null) : null;
    const problem = new Problem(response.status, fields || Problem.words(response.status));
    problem.inQueue = response.status === 429 && /\bbuilds\b/.test(response.url);
    return problem;
  }

  // What stands in front of the console (or nobody) answered.
  static words(status) {
    if (status === 401) return { title: 'You are not signed in.', detail: 'Load the page again and sign in.' };
    const before = `What stands before it says HTTP ${status}. Try again in a moment.`;
    if (status >= 502) return { title: 'The console does not answer.', detail: before };
    return { title: 'That did not work.', detail: `The answer was HTTP ${status}.` };
  }

  // An answer that says yes, and is none of the console's.
  static foreign(response) {
    const type = (response.headers.get('Content-Type') || 'nothing').split(';')[0];
    return new Problem(0, /\bjson\b/.test(type)
      ? { title: 'The answer of the console came cut.', detail: 'It is asked for again.', foreign: true }
      : {
        title: 'Something else answered in place of the console.',
        detail: `It sent ${type}: what stands before the console may want you to sign in. Load the page again.`,
        foreign: true
      });
  }

  static silent() { return new Problem(0, { title: 'The console does not answer.', detail: '' }); }

  static of(error) {
    if (error instanceof Problem) return error;
    if (error instanceof TypeError || error.name === 'TimeoutError' || error.name === 'AbortError') {
      const problem = new Problem(0, { title: 'The console cannot be reached.', unheard: true });
      return problem.unsure('Try again: it is done once.');
    }
    throw error;
  }

  // Of a look, which changes nothing.
  static ofLook(error) {
    const problem = Problem.of(error);
    if (problem.unheard) problem.detail = 'It is asked again when it can be.';
    return problem;
  }

  // What to do when an answer was lost.
  unsure(advice) {
    if (this.unheard) this.detail = `It is not known whether the request arrived. ${advice}`;
    return this;
  }
}
