// A file of templates: <template id="NAME"> and </template> stand on lines of their own. Lines are cut for those who
// read them: a break behind an opening tag, before a closing one and between two tags is nothing at all, any other one
// is a blank. A blank that such a break would swallow is written &#32;.
const one = /^<template id="([a-z-]+)">\n([^]*?)\n<\/template>$/gm;
const remark = /^<!--[^]*?-->$/gm;

// The templates of a file by name; where something is left besides, the file came cut.
export function collect(text) {
  const found = new Map();
  const rest = text.replace(remark, '').replace(one, (_whole, name, body) => {
    found.set(name, join(body));
    return '';
  });
  if (!found.size) throw new Error('came as text/html: something else answered in its place');
  if (rest.trim()) throw new Error('came cut: a template in it has no end');
  return found;
}

export function join(body) {
  return body.trim()
    .replace(/(<\w(?:"[^"]*"|[^"<>])*>|\{\{[#^][^}]*\}\}|&#32;)\s*\n\s*/g, '$1')
    .replace(/\s*\n\s*(?=<\/|\{\{\/)/g, '')
    .replace(/([>}])\s*\n\s*(?=<|\{\{)/g, '$1')
    .replace(/\s*\n\s*/g, ' ');
}
