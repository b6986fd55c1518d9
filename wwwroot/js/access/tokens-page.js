// One's own tokens: what each may, when it ends and was used last. Administrators see those of others, too.
import { Problem } from '../live/problem.js';
import { clock } from '../page/clock.js';
import { View } from '../page/view.js';
import { EndTokenDialog } from './end-token-dialog.js';
import { me } from './me.js';
import { named } from './name-dialog.js';
import { TokenDialog } from './token-dialog.js';
import { AllTokens, Tokens } from './token.js';

export const Page = View.extend({
  title: 'Tokens',
  events: { 'click [name=make]': 'make', 'click .end': 'end' },

  initialize() {
    this.tokens = new Tokens();
    this.all = new AllTokens();
    this.listenTo(this.tokens, 'update change sync', this.paint);
    this.listenTo(this.all, 'update change sync', this.paint);
    this.listenTo(me, 'change:name change:may', () => this.refresh());
    this.listenTo(clock, 'tick', this.paint);
    this.refresh();
  },

  // Why they cannot be shown is told here: it is no sign of a lost connection.
  async refresh() {
    if (!me.get('name')) return;
    try {
      await this.tokens.load();
      if (this.mayAdminister()) await this.all.load();
      this.fault = null;
    } catch (error) {
      this.fault = Problem.ofLook(error);
      if (!this.fault.status) throw error;
    } finally {
      this.paint();
    }
  },

  mayAdminister() { return (me.get('may') || []).includes('administer'); },

  render() {
    const others = this.all.filter((token) => token.get('owner') !== me.get('name'));
    const { most } = this.tokens;
    return this.draw('tokens-page', {
      problem: this.fault,
      nameless: !me.get('name'),
      loading: me.get('name') && !this.tokens.loaded && !this.fault,
      none: this.tokens.loaded && !this.tokens.length,
      most: this.tokens.loaded && this.tokens.filter((token) => !token.get('isOver')).length >= most ? { most } : null,
      own: this.rows(this.tokens.models),
      administers: this.mayAdminister() && this.all.loaded,
      others: this.rows(others)
    });
  },

  rows(models) { return models.length ? { tokens: models.map((token) => token.toTemplate()) } : null; },

  make() { named(() => new TokenDialog({ collection: this.tokens }).open()); },

  end(event) {
    const id = Number(event.currentTarget.dataset.token);
    const model = this.tokens.get(id) || this.all.get(id);
    new EndTokenDialog({ model, then: () => this.refresh() }).open();
  }
});
