// Makes what is shown as `html` says, and leaves alone what is so already: elements that stay keep their focus, what is
// selected in them, where they are scrolled to, and what somebody has opened. An element stays when the new one at its
// place is of the same kind, and is the same thing to click.
export function patch(element, html) {
  const wanted = document.createElement('template');
  wanted.innerHTML = html;
  children(element, wanted.content);
}

function children(element, wanted) {
  let at = element.firstChild;
  const rest = [...wanted.childNodes];
  for (let one = rest.shift(); one; one = rest.shift()) {
    // What is shown and not wanted any more goes; what is wanted further on waits for its turn.
    while (at && !isSame(at, one) && !rest.some((later) => isSame(at, later))) at = drop(at);
    if (at && isSame(at, one)) {
      update(at, one);
      at = at.nextSibling;
    } else {
      // A copy: an option that leaves its list has the list choose another one.
      element.insertBefore(one.cloneNode(true), at);
    }
  }
  while (at) at = drop(at);
}

function drop(node) {
  const next = node.nextSibling;
  node.remove();
  return next;
}

function isSame(node, one) {
  return node.nodeType === one.nodeType && node.nodeName === one.nodeName && keyOf(node) === keyOf(one);
}

// A link is known by where it leads, a button by what it does: no click meant for one may come to another.
function keyOf(node) {
  if (node.nodeType !== Node.ELEMENT_NODE) return '';
  const names = ['name', 'value', 'href', 'id', 'data-build', 'data-base', 'data-copy', 'data-index'];
  return names.map((name) => (node.localName === 'progress' ? '' : node.getAttribute(name) ?? '')).join('\n').trim();
}

function update(node, one) {
  if (node.nodeType !== Node.ELEMENT_NODE) {
    if (node.data !== one.data) node.data = one.data;
    return;
  }
  attributes(node, one);
  if (!one.hasAttribute('data-kept')) children(node, one);   // another view has drawn in there
}

// Whether details are open is up to who reads them.
function attributes(node, one) {
  for (const { name } of [...node.attributes]) {
    if (!one.hasAttribute(name) && name !== 'open') node.removeAttribute(name);
  }
  for (const { name, value } of one.attributes) {
    if (node.getAttribute(name) !== value) node.setAttribute(name, value);
  }
}
