// The keys in force, as a dialog.
import { keyMap, keysAreOff } from "./keys.js";
import { LABELS, WORDS } from "./words.js";

export function showHelp() {
  const dialog = document.createElement("dialog");
  dialog.className = "card dialog help";
  dialog.setAttribute("aria-label", "Keys");
  const title = document.createElement("h2");
  title.textContent = "Keys";
  title.tabIndex = -1;
  title.autofocus = true; // a dialog shows what has its focus: the list is read from its beginning
  const list = document.createElement("dl");
  for (const [action, keys] of Object.entries(keyMap())) {
    const term = document.createElement("dt");
    for (const key of keys.split(" ")) {
      const one = document.createElement("kbd");
      one.textContent = LABELS[key] ?? key;
      term.append(one, " ");
    }
    const words = document.createElement("dd");
    words.textContent = WORDS[action] ?? action;
    list.append(term, words);
  }
  const now = document.createElement("p");
  now.textContent = "With Shift, a verdict takes effect at once and is not held for ten seconds.";
  const more = document.createElement("p");
  const set = document.createElement("a");
  set.href = "/settings";
  set.textContent = "Settings";
  more.append(keysAreOff() ? "Single keys are switched off: " : "To change a key or switch single keys off: ", set);
  const close = document.createElement("button");
  close.textContent = "Close";
  close.addEventListener("click", () => dialog.close());
  dialog.append(title, list, now, more, close);
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}
