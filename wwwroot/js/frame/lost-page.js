// An address at which nothing is.
import { View } from '../page/view.js';

export const LostPage = View.extend({
  title: 'No such page',
  initialize({ address }) { this.address = address; },
  render() { return this.draw('gone', { title: this.title, detail: `The console has no page #/${this.address}.` }); }
});
