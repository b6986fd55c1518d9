// The page's four libraries, which put themselves into the window: Backbone looks for the first two there.
import '../../vendor/underscore-min.js';
import '../../vendor/jquery.slim.min.js';
import '../../vendor/backbone-min.js';
import '../../vendor/mustache.min.js';

export const { $, _, Backbone, Mustache } = window;

// What an address names is anybody's text, and a server may have any name: `constructor` is found only when there is
// one, and `c12` is never another thing's number of Backbone's own.
Backbone.Model.prototype.cidPrefix = 'cid:';
Backbone.Collection.prototype._reset = _.wrap(Backbone.Collection.prototype._reset, function (reset) {
  reset.call(this);
  this._byId = Object.create(null);
});
