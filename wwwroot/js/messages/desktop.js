// Notifications of the desktop, for those who allow them: of what comes while nobody looks at the page.
import { addressOf } from './words.js';

const there = 'Notification' in window && window.isSecureContext;

export const mayAsk = () => there && Notification.permission === 'default';

export const ask = async () => { if (mayAsk()) await Notification.requestPermission(); };

// Several pages show one: it is the same by its tag.
export function show(message, person) {
  if (!there || Notification.permission !== 'granted' || document.hasFocus()) return;
  let shown;
  try {
    shown = new Notification('Test server console', { body: message.text(), tag: `${person} ${message.id}` });
  } catch {
    return;   // Chromium on a phone has the word, and shows none
  }
  shown.onclick = () => {
    const address = addressOf(message.attributes);
    window.focus();
    if (address) location.hash = address;
    shown.close();
  };
}
