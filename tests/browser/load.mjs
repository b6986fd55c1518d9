// A busy day in one browser: events as the console would tell them, and what painting them costs.

// Counts the moments at which rows were changed, and tasks over 50 ms, while events come for some seconds.
export function paintsUnderLoad(page, { servers, perSecond, seconds }) {
  return page.evaluate(async ({ servers: number, perSecond: rate, seconds: time }) => {
    const { app } = window;
    const until = new Date(Date.now() + 7200000).toISOString();
    const build = (i, progress, waiting) => ({
      id: 5000 + i, state: 'running', step: 'code', progress, app: 'shop', path: 'trunk', waiting
    });
    const one = (i) => ({
      ...app.servers.first().attributes, name: `load${i}`, state: 'running', unusable: null,
      reservation: i % 3 ? {
        number: 1000 + i, holder: i % 7 ? 'carla' : app.me.get('name'), since: until, until, purpose: `purpose ${i}`
      } : null,
      configuration: {
        app: 'shop', path: `branches/feature-${i}`, revision: String(4000 + i), build: i + 1,
        dataTime: until, at: until, by: 'ben', result: i % 9 ? 'succeeded' : 'failed', message: 'why'
      },
      build: i % 5 ? null : build(i, 0.1, 0)
    });
    for (let i = 0; i < number; i += 1) app.servers.take(one(i));
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const long = [];
    let paints = 0;
    const from = performance.now();
    const tasks = new PerformanceObserver((list) => long.push(...list.getEntries().map((entry) => entry.duration)));
    tasks.observe({ entryTypes: ['longtask'] });
    const changes = new MutationObserver(() => { paints += 1; });
    const all = { subtree: true, childList: true, characterData: true, attributes: true };
    changes.observe(document.querySelector('table.board'), all);
    for (let i = 0; i < rate * time; i += 1) {
      const name = i % number;
      app.live.take('server', { ...one(name), build: build(i, (i % 100) / 100, i % 4) });
      await new Promise((resolve) => setTimeout(resolve, 1000 / rate));
    }
    const took = (performance.now() - from) / 1000;
    changes.disconnect();
    tasks.disconnect();
    for (let i = 0; i < number; i += 1) app.servers.remove(`load${i}`);
    return { paints, seconds: took, long: long.length, longest: Math.max(0, ...long) };
  }, { servers, perSecond, seconds });
}
