// Which key does what. One place, so that keys can be remapped or switched off and a test can look at them all.
export const DEFAULTS = {
  same: "1", distinct: "2", related: "3", skip: "4", snooze: "h", escalate: "x", undo: "u", comment: "c", assign: "a", edit: "e",
  next: "j", previous: "k", "row-up": "ArrowUp", "row-down": "ArrowDown", "take-a": "[", "take-b": "]",
  fold: "=", normalised: "n", why: "w", decisions: "d", permalink: "p", split: "s", cluster: "g c", open: "Enter", claim: "Enter",
  tick: "m", together: "b", approve: "1", refuse: "2", filter: "f", search: "/", palette: ":", settings: ",",
  help: "?", "go home": "g h", "go queue": "g q", "go approvals": "g a",
};
const GUARD = 150; // ms after another task has appeared in which no key decides anything
const PREFIX = 1200; // ms in which the second key of two is waited for

const AT_ONCE = ["same", "distinct", "related"]; // with Shift they take effect at once

let quietUntil = 0;
let prefix = null;

// What the reader has set for themselves stands in the head of every page.
function said() {
  return JSON.parse(document.querySelector("meta[name=desk-keys]")?.content || "{}");
}

export function keyMap() {
  return { ...DEFAULTS, ...said().keys };
}

export function keysAreOff() {
  return Boolean(said().off);
}

// The keys that stand on buttons are those in force.
export function showKeys(place) {
  const keys = keyMap();
  for (const button of place.querySelectorAll("[data-action] > kbd:first-child, kbd[data-key]")) {
    const key = keys[button.dataset.key ?? button.parentElement.dataset.action];
    if (!key) continue;
    button.textContent = key;
    button.hidden = keysAreOff();
  }
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
    || keysAreOff() || document.querySelector("dialog[open]"));
}

// does: (action, event) => whether there was anything to do
export function listen(does) {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || typing(event.target)) return;
    const held = event.ctrlKey || event.metaKey;
    const always = held && !event.altKey && !event.shiftKey && { z: "undo", k: "palette" }[event.key.toLowerCase()];
    if (((held || event.altKey) && !always) || (keysAreOff() && !always)) return;
    if (always) {
      if (!event.repeat && does(always, event)) event.preventDefault();
      return;
    }
    const pressed = event.key;
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
  // Shift makes another sign of a digit, and not the same one on every keyboard.
  const digit = event.shiftKey && /^Digit\d$/.test(event.code) ? event.code.at(-1) : null;
  const now = AT_ONCE.find((action) => digit && keyMap()[action] === digit);
  if (now && does(`${now}-now`, event)) {
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
