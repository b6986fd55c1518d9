// Templates live in index.html as <script type="x-tmpl-mustache" id="NAME">; each can use the others as partials.
(function () {
  const known = new Map();   // reading them out of the document each time costs more than filling them in

  function template(name) {
    if (!known.has(name)) {
      const element = document.getElementById(name);
      if (!element || element.type !== 'x-tmpl-mustache') throw new Error(`There is no template ${name}.`);
      known.set(name, element.textContent.trim());
    }
    return known.get(name);
  }

  app.render = (name, data) => Mustache.render(template(name), data, template);
})();
