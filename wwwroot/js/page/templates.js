// Templates live in index.html as <script type="x-tmpl-mustache" id="NAME">; each can use the others as partials.
(function () {
  const template = (name) => {
    const element = document.getElementById(name);
    if (!element || element.type !== 'x-tmpl-mustache') throw new Error(`There is no template ${name}.`);
    return element.textContent.trim();
  };

  app.render = (name, data) => Mustache.render(template(name), data, template);
})();
