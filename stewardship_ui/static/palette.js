// The command palette: every page and every verb by name, with the key that would have been quicker.
import { keyMap } from "./keys.js";
import { LABELS, WORDS } from "./words.js";

const PAGES = {
  "Home": "/", "Queue": "/queue", "My work": "/queue?view=mine", "Overdue tasks": "/queue?view=overdue", "Approvals": "/approvals",
  "My last decisions": "/decisions", "Search": "/search", "Quarantine": "/quarantine", "Settings": "/settings",
};
const NOT_HERE = ["palette", "row-up", "row-down", "next", "previous"];

// Pages that stand in the head of this page are known from there; run: what a verb does here, if anything.
export function showPalette(run) {
  const dialog = document.createElement("dialog");
  dialog.className = "card dialog palette";
  dialog.setAttribute("aria-label", "Commands");
  const input = document.createElement("input");
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-label", "What to do, or where to go");
  input.setAttribute("aria-controls", "commands");
  input.setAttribute("aria-expanded", "true");
  input.setAttribute("aria-autocomplete", "list");
  input.placeholder = "What to do, or where to go";
  const list = document.createElement("ul");
  list.id = "commands";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Commands");
  dialog.append(input, list);
  const commands = all(run);
  let shown = [];
  let at = 0;

  function draw() {
    const words = input.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    shown = commands.filter((one) => words.every((word) => one.words.toLowerCase().includes(word)));
    if (input.value.trim()) {
      const q = input.value.trim();
      shown.push({ words: `Search golden records for “${q}”`, keys: "", does: () => location.assign(`/search?q=${encodeURIComponent(q)}`) });
    }
    at = Math.min(at, shown.length - 1);
    list.replaceChildren(...shown.map((one, place) => {
      const item = document.createElement("li");
      item.id = `command-${place}`;
      item.setAttribute("role", "option");
      item.setAttribute("aria-selected", String(place === at));
      item.append(one.words);
      for (const key of one.keys.split(" ").filter(Boolean)) {
        const label = document.createElement("kbd");
        label.textContent = LABELS[key] ?? key;
        item.append(" ", label);
      }
      item.addEventListener("click", () => choose(place));
      return item;
    }));
    input.setAttribute("aria-activedescendant", shown.length ? `command-${at}` : "");
    list.children[at]?.scrollIntoView({ block: "nearest" });
  }

  function choose(place) {
    const chosen = shown[place];
    dialog.close();
    chosen?.does();
  }

  input.addEventListener("input", () => { at = 0; draw(); });
  input.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      at = Math.min(Math.max(at + step, 0), shown.length - 1);
      draw();
    } else if (event.key === "Enter") {
      event.preventDefault();
      choose(at);
    }
  });
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  draw();
  dialog.showModal();
  input.focus();
}

function all(run) {
  const pages = { ...PAGES };
  for (const link of document.querySelectorAll("header nav a")) pages[link.textContent.trim()] ??= link.getAttribute("href");
  const keys = keyMap();
  const verbs = Object.entries(keys).filter(([action]) => !action.startsWith("go ") && !NOT_HERE.includes(action) && run.can(action)).map(
    ([action, key]) => ({ words: WORDS[action] ?? action, keys: key, does: () => run.does(action) }),
  );
  const going = Object.fromEntries(Object.entries(keys).filter(([action]) => action.startsWith("go ")).map(([action, key]) => [action.slice(3), key]));
  return [
    ...verbs,
    ...Object.entries(pages).map(([words, address]) => ({ words: `Go to: ${words}`, keys: going[words.toLowerCase()] ?? "", does: () => location.assign(address) })),
  ];
}
