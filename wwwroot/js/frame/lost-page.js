// An address at which nothing is, or of which a file did not come.
import { Backbone } from '../page/libraries.js';
import { View } from '../page/view.js';

export const LostPage = View.extend({
  title: 'No such page',
  events: { 'click [name=again]': () => Backbone.history.loadUrl() },

  initialize({ address }) {
    this.detail = `The console has no page #/${address}.`;
  },

  render() { return this.draw('gone', { title: this.title, detail: this.detail, again: this.again }); }
});

export const MissingPage = LostPage.extend({
  title: 'The page did not come',
  again: true,
  initialize() { this.detail = 'A file of it could not be fetched.'; }
});
