// Copies what a field has, and says how. Outside of https a page may not write to the clipboard: then what is to be
// copied is selected.
export async function copy(field, back) {
  field.focus();
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
    back.focus();
    return 'Copied.';
  } catch {
    return document.execCommand('copy') ? 'Copied.' : 'It is selected: copy it with Ctrl+C.';
  }
}
