// The commands of an app that run in a build: after its code, after its database, after either, or when it has both.
export function commandsIn(after, { database, code }) {
  const runs = { code, database, any: code || database, both: code && database };
  return (after || []).filter(({ when }) => runs[when]).map(({ run }) => run);
}
