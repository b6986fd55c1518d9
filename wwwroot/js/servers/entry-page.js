// One entry of a server's history: what was built, from what, and the settings as they were rendered then.
app.EntryPage = app.View.extend({
  events: { 'click [name=again]': 'runAgain' },

  initialize({ name, build }) {
    _.extend(this, { name, build, title: `${name}, build ${build}` });
    this.history = new app.History([], { server: new app.Server({ name }) });
    this.listenTo(this.history, 'sync update', this.paint);
    this.listenTo(app.servers, 'update sync change', this.paint);
    this.history.load().catch(() => null);   // without it there is nothing to compare with, that is all
    this.look();
  },

  async look() {
    try {
      this.entry = await this.history.entry(this.build);
    } catch (error) {
      this.problem = app.Problem.of(error);
    }
    this.paint();
  },

  render() {
    if (this.problem) return this.draw('gone', this.problem);
    if (!this.entry) return this;
    const { entry } = this;
    return this.draw('entry-page', _.extend(app.History.words(entry), {
      server: this.name,
      serverHref: app.Server.href(this.name),
      full: app.text.revision(entry.revision).full,
      usable: Boolean(app.servers.get(this.name)?.canBuild()),
      compares: this.history.compares(entry.build, app.servers.get(this.name)),
      settings: entry.settings || [],
      kept: Boolean(entry.settings?.length)
    }));
  },

  runAgain() { app.BuildDialog.ask(app.servers.get(this.name), this.entry); }
});
