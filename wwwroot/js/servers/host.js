// A machine whose libvirt runs servers. Its problem says since when it does not answer; asOf, how old its states are.
// Its notices say which servers are left out, and why.
app.Host = Backbone.Model.extend({
  idAttribute: 'name',

  toBanner() {
    return {
      kind: 'warn',
      icon: 'crashed',
      name: this.id,
      text: app.time.said(this.get('problem')).replace(/([^.!?])$/, '$1.'),
      asOf: app.time.of(this.get('asOf'))
    };
  },

  // Servers that are left out; the host answers all the same.
  toNotices() {
    const banner = { kind: 'quiet', icon: 'unknown', name: this.id };
    return (this.get('notices') || []).map((text) => ({ ...banner, text: app.time.said(text) }));
  }
});

app.Hosts = Backbone.Collection.extend({ model: app.Host });
