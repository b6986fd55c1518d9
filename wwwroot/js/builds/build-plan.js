// What a build will do, in one sentence, before anybody clicks.
app.buildPlan = function (server, wish) {
  const now = server.get('configuration');
  const deeds = [];
  if (wish.database) deeds.push(database());
  if (wish.code) deeds.push(code());
  if (!wish.app) return 'The console knows no app: its settings name none, or it does not answer.';
  if (!deeds.length) return 'Choose the database, the code, or both.';
  const rest = wish.database && wish.code ? '' : wish.database ? '; the code stays as it is' : '; the database stays as it is';
  const text = deeds.join(' and ');
  return `${text[0].toUpperCase()}${text.slice(1)}${rest}.`;

  function database() {
    const name = app.apps.baseOf(wish.app);
    const base = app.bases.get(name);
    const date = base?.get('dataTime') ? new Date(base.get('dataTime')) : null;
    const age = date ? ` (data of ${app.time.night(date)}${base.get('dataDoubt') ? ', age unknown' : base.get('stale') ? ', stale' : ''})` : '';
    return `replaces the database by a fresh copy of ${name}${age}`;
  }

  function code() {
    const revision = wish.revision ? ` at ${app.text.revision(wish.revision).short}` : '';
    if (!wish.path) return 'checks out the code';
    if (!now || now.app !== wish.app) return `checks out ${wish.path}${revision}`;
    if (now.path === wish.path) return `updates the code in ${wish.path} to ${revision ? app.text.revision(wish.revision).short : 'its newest revision'}`;
    return `switches the code from ${now.path} to ${wish.path}${revision}`;
  }
};
