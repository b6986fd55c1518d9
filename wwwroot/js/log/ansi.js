// Colours of a terminal, made safe: a line becomes runs of plain text with classes from a fixed list. Only SGR
// sequences (ESC [ ... m) mean anything; every other escape sequence is dropped, every other control character is
// shown as a sign. No text from a log ever becomes markup, a link or an attribute.
export const plain = Object.freeze({
  fg: null, bg: null, bold: false, dim: false, italic: false, underline: false, inverse: false
});
// CSI ... final, OSC ... (BEL | ESC \), or any two-character escape. Bounded, so that a hostile line costs no time.
const escapes = new RegExp([
  /\x1b\[([0-9;:]{0,64})([\x20-\x3f]{0,16})([\x40-\x7e])/,
  /\x1b\][^\x07\x1b]{0,2048}(?:\x07|\x1b\\)/,
  /\x1b[\x20-\x2f]{0,4}[\x30-\x7e]/
].map(({ source }) => source).join('|'), 'g');
const controls = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

// Takes the colour numbers after 38 or 48; only the sixteen named ones have a class.
function colour(codes) {
  const kind = codes.shift();
  if (kind === 5) { const index = codes.shift(); return index < 16 ? index : null; }
  if (kind === 2) codes.splice(0, 3);
  return null;
}

function apply(style, parameters) {
  const codes = parameters === '' ? [0] : parameters.split(/[;:]/).map(Number);
  let next = { ...style };
  while (codes.length) {
    const code = codes.shift();
    if (code === 0) next = { ...plain };
    else if (code === 1) next.bold = true;
    else if (code === 2) next.dim = true;
    else if (code === 3) next.italic = true;
    else if (code === 4) next.underline = true;
    else if (code === 7) next.inverse = true;
    else if (code === 22) { next.bold = false; next.dim = false; }
    else if (code === 23) next.italic = false;
    else if (code === 24) next.underline = false;
    else if (code === 27) next.inverse = false;
    else if (code >= 30 && code <= 37) next.fg = code - 30;
    else if (code === 38) next.fg = colour(codes);
    else if (code === 39) next.fg = null;
    else if (code >= 40 && code <= 47) next.bg = code - 40;
    else if (code === 48) next.bg = colour(codes);
    else if (code === 49) next.bg = null;
    else if (code >= 90 && code <= 97) next.fg = code - 82;
    else if (code >= 100 && code <= 107) next.bg = code - 92;
  }
  return known(next);
}

// One object for a style, however many lines have it.
const styles = new Map();
function known(style) {
  const name = classes(style);
  if (!name) return plain;
  if (!styles.has(name)) styles.set(name, Object.freeze(style));
  return styles.get(name);
}

function classes(style) {
  const names = ['bold', 'dim', 'italic', 'underline', 'inverse'].filter((name) => style[name])
    .map((name) => `a-${name}`);
  if (style.fg !== null) names.push(`a-fg-${style.fg}`);
  if (style.bg !== null) names.push(`a-bg-${style.bg}`);
  return names.join(' ');
}

// One line, from the style the line before left: its runs, and the style it leaves.
export function runs(line, style) {
  const all = [];
  let from = 0;
  const add = (text) => { if (text) all.push({ text: text.replace(controls, '\ufffd'), classes: classes(style) }); };
  for (const match of line.matchAll(escapes)) {
    add(line.slice(from, match.index));
    if (match[3] === 'm' && !match[2]) style = apply(style, match[1]);
    from = match.index + match[0].length;
  }
  add(line.slice(from));
  return { runs: all, style };
}

// Whether a line shows this text, whatever its colours, in large letters or small.
export function finder(wanted) {
  const pattern = new RegExp(wanted.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), 'i');
  return (line) => pattern.test(line.includes('\x1b') ? line.replace(escapes, '') : line);
}
