// That a server follows a branch, in the words of the templates: no document is known here.
import * as format from '../page/format.js';
import * as time from '../page/time.js';

// What is new on its branch is built by itself: what was seen last, and when it is looked again.
export function followingTemplate(following) {
  if (!following) return null;
  const { path, database, by, seen, seenAt, seconds, problem, nextLook, since } = following;
  const what = database ? 'code and database' : 'code';
  return {
    path, by, what, since: time.of(since), seen: format.revision(seen), seenAt: time.of(seenAt),
    next: problem && nextLook ? null : `within ${format.seconds(seconds)}`,
    nextLook: problem ? time.of(nextLook) : null,
    problem: time.said(problem) || null,
    mark: problem ? 'follows (paused)' : 'follows',
    hint: `New commits of ${path} are built by themselves (${what}), for ${by}. ${time.said(problem) || ''}`.trim()
  };
}
