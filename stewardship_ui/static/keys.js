// Which key does what. One place, so that keys can be remapped or switched off and a test can look at them all.
const DEFAULTS = {
  same: "1", distinct: "2", related: "3", skip: "4", snooze: "h", escalate: "x", undo: "u", comment: "c",
  next: "j", previous: "k", "row-up": "ArrowUp", "row-down": "ArrowDown", "take-a": "[", "take-b": "]",
  fold: "=", normalised: "n", why: "w", decisions: "d", permalink: "p", split: "s", cluster: "g c", open: "Enter", claim: "Enter",
  help: "?", "go home": "g h", "go queue": "g q",
};
const GUARD = 150; // ms after another task has appeared in which no key decides anything
const PREFIX = 1200; // ms in which the second key of two is waited for

let quietUntil = 0;
let prefix = null;

export function keyMap() {
  const remapped = JSON.parse(localStorage.getItem("keys") ?? "{}");
  return { ...DEFAULTS, ...remapped };
}

export function guard() {
  quietUntil = performance.now() + GUARD;
}

function typing(target) {
  return target.isContentEditable || (/^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) && target.type !== "checkbox");
}

// Whether a key pressed now may mean something: nobody types, no other key is held, and single keys are on.
export function listening(event) {
  return !(event.defaultPrevented || event.isComposing || typing(event.target) || event.ctrlKey || event.metaKey || event.altKey
    || localStorage.getItem("keys-off") || document.querySelector("dialog[open]"));
}

function named(event) {
  return event.ctrlKey && event.key.toLowerCase() === "z" && !event.shiftKey ? keyMap().undo : event.key;
}

// does: (action, event) => whether there was anything to do
export function listen(does) {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || typing(event.target)) return;
    const undoing = event.ctrlKey && event.key.toLowerCase() === "z";
    if ((event.ctrlKey && !undoing) || event.metaKey || event.altKey) return;
    if (localStorage.getItem("keys-off") && !undoing) return;
    const pressed = named(event);
    if (["Shift", "Control"].includes(pressed)) return;
    if (prefix) {
      const whole = `${prefix.key} ${pressed}`;
      clearTimeout(prefix.timer);
      prefix = null;
      event.preventDefault(); // the second key is swallowed, whether or not the two mean something
      if (!event.repeat) run(does, whole, event);
      return;
    }
    if (Object.values(keyMap()).some((keys) => keys.startsWith(`${pressed} `))) {
      prefix = { key: pressed, timer: setTimeout(() => { prefix = null; }, PREFIX) };
      event.preventDefault();
      return;
    }
    run(does, pressed, event);
  });
}

function run(does, keys, event) {
  const moving = keys.startsWith("Arrow");
  if (event.repeat && !moving) return;
  if (performance.now() < quietUntil && !moving) {
    event.preventDefault();
    return;
  }
  const onControl = keys === "Enter" && event.target.closest("a, button, summary");
  if (onControl) return;
  for (const [action, key] of Object.entries(keyMap())) {
    if (key === keys && does(action, event)) {
      event.preventDefault();
      return;
    }
  }
}
