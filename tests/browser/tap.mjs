// Tells a story in TAP, a line a step. `outcome` prints "N passed, N failed" last and is the exit code.
let passed = 0, failed = 0, stuck;

// What fails beside the story, such as an answer that a page is given, is a failure of its own and ends nothing.
process.on('unhandledRejection', (error) => report('nothing fails beside the story', error));

// A step of the road: without it the next ones cannot be gone.
export async function step(name, run) {
  if (stuck) { report(name, new Error(`not tried, because of: ${stuck}`)); return; }
  if (!await check(name, run)) stuck = name;
}

// Something to look at on the way.
export async function check(name, run) {
  try {
    await run();
    report(name);
    return true;
  } catch (error) {
    report(name, error);
    return false;
  }
}

export function outcome() {
  console.log(`1..${passed + failed}\n${passed} passed, ${failed} failed`);
  return failed ? 1 : 0;
}

function report(name, error) {
  if (error) failed += 1; else passed += 1;
  console.log(`${error ? 'not ok' : 'ok'} ${passed + failed} - ${name}`);
  if (error) console.log(String(error.message).replace(/^/gm, '  # '));
}
