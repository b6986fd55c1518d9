// A machine whose libvirt runs servers. Its problem says since when it does not answer; asOf, how old its states are.
app.Host = Backbone.Model.extend({
  idAttribute: 'name',

  toBanner() {
    return {
      kind: 'warn',
      icon: 'crashed',
      name: this.id,
      text: this.get('problem').replace(/([^.!?])$/, '$1.'),
      asOf: app.time.of(this.get('asOf'))
    };
  }
});

app.Hosts = Backbone.Collection.extend({ model: app.Host });
