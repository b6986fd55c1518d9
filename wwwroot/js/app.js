// The console in the browser is one object, `app`. Nouns (Server, Build, Base, ...) add their
// model, collection and views to it; start.js sets it going. It knows nothing but the HTTP API.
window.app = {};
