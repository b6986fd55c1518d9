// The second click of a double click is meant for what the first one hit, and for nothing that has come under the
// pointer since: a dialog that closes, or a row that is drawn anew, hands no click on.
let hit = null;
document.addEventListener('click', (event) => {
  const target = event.target.closest('button, a, summary, label');
  if (event.detail > 1 && target && target !== hit) {
    event.preventDefault();
    event.stopPropagation();
    return;
  }
  hit = target;
}, true);
