// Rendered settings that differ, a file a group: changed lines with their sign and two lines around them; the rest is
// folded, and can be opened.
import * as format from '../page/format.js';

const around = 2;
const signs = { new: { mark: '+', word: 'new:' }, gone: { mark: '−', word: 'gone:' }, same: { mark: '', word: '' } };

const words = (line) => ({ kind: line.kind, text: line.text, ...signs[line.kind] });

// A fold that would hide one line only is not worth a click.
function part(lines, fold) {
  return { fold: fold && lines.length > 1 ? `${lines.length} unchanged lines` : null, lines: lines.map(words) };
}

function parts(lines) {
  const isNear = (at) => lines.slice(Math.max(0, at - around), at + around + 1).some((one) => one.kind !== 'same');
  const near = lines.map((_line, at) => isNear(at));
  const all = [];
  for (let from = 0; from < lines.length;) {
    let to = from + 1;
    while (to < lines.length && near[to] === near[from]) to += 1;
    all.push(part(lines.slice(from, to), !near[from]));
    from = to;
  }
  return all;
}

// Of a file that is there for the first time, or not any more, one wants to know that much.
function partsOf({ lines }) {
  const [{ kind }] = lines;
  const whole = lines.length > 4 && kind !== 'same' && lines.every((line) => line.kind === kind);
  return whole ? [{ fold: `the whole file, ${lines.length} lines`, lines: lines.map(words) }] : parts(lines);
}

export function settingsTemplate(settings) {
  const differ = (file) => file.lines.some((line) => line.kind !== 'same');
  const count = (file, kind) => file.lines.filter((line) => line.kind === kind).length;
  return {
    files: settings.filter(differ).map((file) => ({
      file: file.file, parts: partsOf(file),
      sum: `${format.count(count(file, 'new'), 'new line', 'new lines')}, ${count(file, 'gone')} gone`
    })),
    unchanged: settings.filter((file) => !differ(file)).map((file) => file.file).join(', ') || null
  };
}
