// A zone for the time of one test.
export function inZone(zone, run) {
  const before = process.env.TZ;
  process.env.TZ = zone;
  try {
    return run();
  } finally {
    if (before === undefined) delete process.env.TZ; else process.env.TZ = before;
  }
}
