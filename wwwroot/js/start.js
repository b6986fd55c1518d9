// The story of the page: fill the nouns, put the frame up, show what the address names, stay live.
app.start = function () {
  app.clock = new app.Clock();
  app.pointer = new app.Pointer();
  app.me = new app.Me();
  app.hosts = new app.Hosts();
  app.servers = new app.Servers();
  app.builds = new app.Builds();
  app.apps = new app.Apps();
  app.bases = new app.Bases();
  app.copies = new app.Copies();
  app.live = new app.Live();

  new app.FootView({ el: '#foot' }).render();
  app.top = new app.TopView({ el: '#top' }).render();
  app.banners = new app.BannersView({ el: '#banners' }).render();
  app.router = new app.Router();

  document.querySelector('.skip').addEventListener('click', (event) => {
    event.preventDefault();
    document.getElementById('page').focus();
  });

  Backbone.history.start();
  app.live.start();
};

// Everything a page may show, asked for anew; unchanged answers cost a 304 each.
app.refresh = function () {
  const nouns = [app.servers, app.bases, app.copies, app.me];
  if (!app.apps.length) nouns.push(app.apps);
  return Promise.all([...nouns.map((noun) => noun.load()), app.router.refresh()]);
};

// Without all of its files the page does not begin: boot.js tells which are missing.
if (window.boot.complete()) {
  app.start();
  window.boot.started = true;
}
