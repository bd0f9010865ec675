// The keys in force, as a dialog.
import { keyMap } from "./keys.js";

const WORDS = {
  same: "Same: make them one", distinct: "Distinct: keep them apart", related: "Related: apart, but linked",
  skip: "Skip until something changes", snooze: "Put off until a day", escalate: "Ask somebody else", undo: "Undo the last decision (also Ctrl-Z)",
  comment: "Comment", next: "Next", previous: "Previous", "row-up": "Row above", "row-down": "Row below",
  "take-a": "Take the value of the first record", "take-b": "Take the value of the second record",
  fold: "Show or fold identical rows", normalised: "Show what matching compares", why: "Why: the evidence as a waterfall",
  decisions: "My last decisions", permalink: "Copy the address of this task",
  split: "Split this golden record", cluster: "The cluster of this golden record", open: "Open", claim: "Claim",
  help: "This list", "go home": "Go to home", "go queue": "Go to the queue",
};
const LABELS = { ArrowUp: "↑", ArrowDown: "↓" };

export function showHelp() {
  const dialog = document.createElement("dialog");
  dialog.className = "card dialog help";
  dialog.setAttribute("aria-label", "Keys");
  const title = document.createElement("h2");
  title.textContent = "Keys";
  const list = document.createElement("dl");
  for (const [action, keys] of Object.entries(keyMap())) {
    const term = document.createElement("dt");
    for (const key of keys.split(" ")) {
      const one = document.createElement("kbd");
      one.textContent = LABELS[key] ?? key;
      term.append(one, " ");
    }
    const words = document.createElement("dd");
    words.textContent = WORDS[action];
    list.append(term, words);
  }
  const off = document.createElement("label");
  const box = document.createElement("input");
  box.type = "checkbox";
  box.checked = Boolean(localStorage.getItem("keys-off"));
  box.addEventListener("change", () => (box.checked ? localStorage.setItem("keys-off", "1") : localStorage.removeItem("keys-off")));
  off.append(box, " Switch single keys off");
  const close = document.createElement("button");
  close.textContent = "Close";
  close.autofocus = true;
  close.addEventListener("click", () => dialog.close());
  dialog.append(title, list, off, close);
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}
