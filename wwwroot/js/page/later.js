// What few people need comes when it is asked for, and not with a first visit.
import { notice } from './notice.js';

// Null when it did not come, which is said.
export async function later(fetchModule) {
  try {
    return await fetchModule();
  } catch {
    notice('A part of the page did not come. Try again, or load the page anew.');
    return null;
  }
}
