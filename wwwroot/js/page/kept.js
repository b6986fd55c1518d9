// What this browser keeps of how somebody has the page. It may keep nothing: then the page is as it is at first.
export const kept = {
  get(name) { try { return localStorage.getItem(name); } catch { return null; } },
  set(name, text) { try { localStorage.setItem(name, text); } catch { /* it is kept until the page goes */ } }
};
