// A busy day in one browser: events as the console would tell them, what painting them costs, and what comes of them.

// Counts the moments at which rows were changed, and tasks over 50 ms, while events come for some seconds, messages and
// how live the page is among them; `lost` has the rows that do not show in the end what was told last of them. One
// button has the focus and one holder is selected meanwhile; `kept` says what became of both.
export function paintsUnderLoad(page, { servers, perSecond, seconds }) {
  return page.evaluate(async ({ servers: number, perSecond: rate, seconds: time }) => {
    const { app } = window;
    const { painter } = await import(document.querySelector('link[href$="/page/painter.js"]').href);
    // All rows are in their places: none has moved for half a second.
    const quiet = (isThere) => new Promise((resolve) => {
      let timer;
      const moves = new MutationObserver(() => wait());
      const wait = () => {
        clearTimeout(timer);
        timer = setTimeout(() => {
          if (!isThere()) { wait(); return; }
          moves.disconnect();
          resolve();
        }, 500);
      };
      moves.observe(document.querySelector('table.board'), { subtree: true, childList: true });
      wait();
    });
    const until = new Date(Date.now() + 7200000).toISOString();
    const build = (i, progress, waiting) => ({
      id: 5000 + i, state: 'running', step: 'code', progress, app: 'shop', path: 'trunk', waiting
    });
    const one = (i) => ({
      ...app.servers.first().attributes, name: `load${i}`, state: 'running', unusable: null,
      reservation: i % 3 ? {
        number: 1000 + i, holder: i % 7 ? 'carla' : app.me.get('name'), since: until, until, purpose: `purpose ${i}`,
        sharedWith: [], asked: []
      } : null,
      configuration: {
        app: 'shop', path: `branches/feature-${i}`, revision: String(4000 + i), build: i + 1,
        dataTime: until, at: until, by: 'ben', result: i % 9 ? 'succeeded' : 'failed', message: 'why'
      },
      build: i % 5 ? null : build(i, 0.1, 0)
    });
    for (let i = 0; i < number; i += 1) app.servers.take(one(i));
    const count = () => document.querySelectorAll('table.board a.name[title^=load]').length;
    await quiet(() => count() === number);
    const rowOf = (i) => document.querySelector(`table.board a.name[title=load${i}]`).closest('tr');
    const focused = rowOf(2).querySelector('button'), selected = rowOf(4).querySelector('.holder');
    focused.focus();
    getSelection().selectAllChildren(selected);
    const long = [];
    let [paints, outside, goesOn] = [0, 0, false];
    // What takes long goes on in the next frames, and is one paint.
    const { paint } = painter;
    painter.paint = function once() {
      if (!goesOn) paints += 1;
      paint.call(painter);
      goesOn = Boolean(painter.asked);
      changes.takeRecords();
    };
    const from = performance.now();
    const tasks = new PerformanceObserver((list) => long.push(...list.getEntries().map((entry) => entry.duration)));
    tasks.observe({ entryTypes: ['longtask'] });
    const changes = new MutationObserver(() => { outside += 1; });
    const all = { subtree: true, childList: true, characterData: true, attributes: true };
    changes.observe(document.querySelector('table.board'), all);
    const last = new Map();
    for (let i = 0; i < rate * time; i += 1) {
      const name = i % number, progress = ((i * 7) % 100) / 100;
      last.set(name, `${Math.floor(progress * 100)} %`);
      app.live.take('server', { ...one(name), build: build(i, progress, i % 4) });
      if (i % 4 === 1) app.live.trigger('change');
      if (i % 4 === 3) app.messages.trigger('update');
      await new Promise((resolve) => setTimeout(resolve, 1000 / rate));
    }
    const took = (performance.now() - from) / 1000;
    changes.disconnect();
    tasks.disconnect();
    painter.paint = paint;
    const shown = ([i, text]) => rowOf(i).querySelector('.under-way .part').textContent === text;
    for (const end = performance.now() + 5000; ![...last].every(shown) && performance.now() < end;) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const lost = [...last].filter((row) => !shown(row)).map(([i]) => i);
    const kept = { focus: document.activeElement === focused, selection: String(getSelection()) };
    for (let i = 0; i < number; i += 1) app.servers.remove(`load${i}`);
    const cost = { seconds: took, long: long.length, longest: Math.max(0, ...long) };
    return { paints: paints + outside, outside, ...cost, lost, kept };
  }, { servers, perSecond, seconds });
}
