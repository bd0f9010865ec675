// Choosing who leaves, by keyboard: a number ticks a record, arrows go from one to the next; the preview follows.
import { fragment, Refused, say } from "./hub.js";
import { listening } from "./keys.js";

export function startSplit() {
  const form = document.querySelector("form#split"); // the glossary has a word of that name
  if (!form) return null;
  const boxes = [...form.querySelectorAll("input[name=key]")];
  let asked = 0;
  let wanted = false; // to be split as soon as both sides have been rehearsed

  // The choice as it stands in an address; the token of the form is none of it.
  function query() {
    const fields = [...new FormData(form)].filter(([name, value]) => name !== "csrf_token" && name !== "version" && value);
    return new URLSearchParams(fields).toString();
  }

  // The preview follows by itself, so nobody has to ask for it; and keys mean something.
  function byKeyboard() {
    form.querySelector(".by-hand").hidden = true;
    form.querySelector(".split-keys").hidden = false;
  }

  async function preview() {
    const mine = ++asked;
    const box = document.getElementById("preview");
    const reason = document.getElementById("because").value;
    box.setAttribute("aria-busy", "true");
    box.querySelector("[data-action=split]").disabled = true;
    const address = `${form.dataset.address}?${query()}`;
    try {
      const html = await fragment(address);
      if (mine !== asked) return; // another choice has been made meanwhile
      const parsed = new DOMParser().parseFromString(html, "text/html").getElementById("preview");
      const inside = box.contains(document.activeElement) ? document.activeElement.name : null;
      box.replaceWith(parsed);
      if (inside) parsed.querySelector(`[name=${inside}]`)?.focus();
      document.getElementById("because").value = reason;
      byKeyboard();
      history.replaceState(null, "", address);
      if (wanted) carryOut();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      box.removeAttribute("aria-busy");
      say("The preview could not be read: try again.", { trouble: true });
    }
  }

  function carryOut() {
    wanted = false;
    const button = document.querySelector("#preview [data-action=split]");
    if (button.disabled) {
      if (document.getElementById("preview").getAttribute("aria-busy")) wanted = true; // as soon as both sides are seen
      else say(boxes.some((one) => one.checked) ? "That would be refused: see why." : "Tick who leaves first.", { trouble: true });
      return;
    }
    button.click();
  }

  function move(step) {
    const at = boxes.indexOf(document.activeElement);
    boxes[Math.min(Math.max(at + step, 0), boxes.length - 1)].focus();
  }

  byKeyboard();
  form.addEventListener("change", (event) => { if (event.target.type === "checkbox") { wanted = false; preview(); } });
  document.addEventListener("keydown", (event) => {
    if (!listening(event) || !/^[1-9]$/.test(event.key) || event.repeat) return;
    const box = boxes[Number(event.key) - 1];
    if (!box) return;
    event.preventDefault();
    box.focus();
    box.click();
  });

  const does = { "row-down": () => move(1), "row-up": () => move(-1), next: () => move(1), previous: () => move(-1), split: carryOut };
  return { does: (action) => { does[action]?.(); return action in does; } };
}
