// Numbers and names as people read them. Nothing here escapes: Mustache does, always.
app.text = {
  size(bytes) {
    if (bytes === null || bytes === undefined) return '';
    const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
    let unit = 0;
    while (bytes >= 1000 && unit < units.length - 1) { bytes /= 1000; unit += 1; }
    return `${unit && bytes < 10 ? bytes.toFixed(1) : Math.round(bytes)} ${units[unit]}`;
  },

  seconds(seconds) {
    if (seconds === null || seconds === undefined) return '';
    if (seconds < 9.95 && !Number.isInteger(seconds)) return `${Math.max(0, seconds).toFixed(1)} s`;
    if (seconds < 60) return `${Math.round(seconds)} s`;
    if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;
    return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
  },

  // Subversion counts, Git hashes: r1234, or the first ten characters with the whole in the title.
  revision(revision) {
    if (!revision) return { short: '', full: '' };
    const text = String(revision);
    if (/^\d+$/.test(text)) return { short: `r${text}`, full: `r${text}` };
    return { short: /^[0-9a-f]{40}$/.test(text) ? text.slice(0, 10) : text, full: text };
  },

  count(number, one, many) { return `${number.toLocaleString('en')} ${number === 1 ? one : many}`; },

  // Only addresses a browser may open safely become links.
  address(url) { return /^https?:\/\//i.test(url || '') ? url : null; },

  // What one request or history entry brings.
  parts(has) {
    if (has.database && has.code) return 'database and code';
    return has.database ? 'database' : 'code';
  },

  // A true fraction, or a bar that only says "at work".
  bar(progress, label) {
    const known = typeof progress === 'number';
    const value = known ? Math.floor(Math.min(1, Math.max(0, progress)) * 100) : 0;
    return { known, value, label, text: known ? `${value} %` : '' };
  },

  matches(parts, wanted) {
    const text = parts.filter(Boolean).join('\n').toLowerCase();
    return wanted.toLowerCase().split(/\s+/).every((word) => text.includes(word));
  }
};
