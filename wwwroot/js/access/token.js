// A key that a person has made for a program of theirs.
import { Backbone } from '../page/libraries.js';
import * as api from '../live/api.js';
import * as time from '../page/time.js';

export const Token = Backbone.Model.extend({
  async end() {
    await api.write('DELETE', api.path('tokens', this.id), {});
    this.collection?.remove(this);
  },

  toTemplate() {
    const token = this.attributes;
    const only = [token.servers, token.apps].filter(Boolean).map((names) => names.join(', '));
    return {
      id: token.id,
      name: token.name,
      owner: token.owner,
      scope: token.scope.join(', '),
      only: only.length ? only.join('; ') : null,
      over: token.isOver,
      until: time.of(token.until),
      made: time.of(token.madeAt),
      used: time.of(token.usedAt, time.ago),
      from: token.usedFrom
    };
  }
});

const TokenList = Backbone.Collection.extend({
  model: Token,

  parse({ tokens, most, mostDays }) {
    Object.assign(this, { most, mostDays });
    return tokens;
  }
});

export const Tokens = TokenList.extend({
  url: 'api/tokens',

  // The answer to the same key, when the first one was lost, has no secret: then the token is ended and made again.
  async make(wish, key) {
    const made = await api.write('POST', 'api/tokens', wish, key);
    this.add(made.token, { at: 0 });
    return made;
  }
});

// Everybody's, which administrators may see.
export const AllTokens = TokenList.extend({ url: 'api/people/tokens' });
