// The fields for keys on the page of settings: one for each action, and a word where two would be the same.
import { DEFAULTS, keyMap } from "./keys.js";
import { WORDS } from "./words.js";

export function startSettings() {
  const place = document.getElementById("keys");
  if (!place) return;
  const list = document.createElement("div");
  list.className = "key-fields";
  for (const [action, key] of Object.entries(keyMap())) {
    const label = document.createElement("label");
    label.htmlFor = `key-${action}`;
    label.textContent = WORDS[action] ?? action;
    const input = document.createElement("input");
    Object.assign(input, { id: `key-${action}`, name: `key ${action}`, value: key, maxLength: 12, autocomplete: "off", spellcheck: false });
    input.dataset.action = action;
    list.append(label, input);
  }
  place.replaceChildren(list);
  const inputs = [...list.querySelectorAll("input")];
  const together = (one, other) => DEFAULTS[one] === DEFAULTS[other]; // they never stand on one page
  function judge() {
    for (const input of inputs) {
      const twin = inputs.find((other) => other !== input && other.value.trim() === input.value.trim() && !together(other.dataset.action, input.dataset.action));
      const prefix = inputs.find((other) => other.value.trim().startsWith(`${input.value.trim()} `));
      const clash = twin ?? prefix;
      input.setCustomValidity(clash ? `That is also the key of: ${WORDS[clash.dataset.action]}` : "");
    }
  }
  list.addEventListener("input", judge);
  // Only what is another key than at first is kept.
  place.closest("form").addEventListener("formdata", (event) => {
    for (const input of inputs) {
      if (input.value.trim() === DEFAULTS[input.dataset.action]) event.formData.delete(input.name);
    }
  });
}
