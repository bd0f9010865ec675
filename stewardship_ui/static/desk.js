// What every page gets from a script: nothing here is needed to read a page or to send a form.
import { guard, listen, showKeys } from "./keys.js";
import { showHelp } from "./help.js";
import { showTimes } from "./times.js";
import { startWorkbench } from "./workbench.js";
import { startQueue } from "./queue.js";
import { startSplit } from "./split.js";
import { showPalette } from "./palette.js";
import "./names.js";
import { startSettings } from "./settings.js";

for (const button of document.querySelectorAll("[data-copies]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copies).textContent);
    button.textContent = "Copied";
  });
}
for (const file of document.querySelectorAll("[data-fills]")) {
  file.closest("[hidden]").hidden = false;
  file.addEventListener("change", async () => {
    document.getElementById(file.dataset.fills).value = await file.files[0].text();
  });
}
for (const button of document.querySelectorAll("[data-does=help]")) {
  button.hidden = false;
  button.addEventListener("click", showHelp);
}
showTimes(document);
document.addEventListener("htmx:load", (event) => showTimes(event.target));
document.addEventListener("htmx:configRequest", (event) => {
  event.detail.headers["X-CSRF-Token"] = document.querySelector("meta[name=csrf-token]").content;
});

// What a page offers by a link or a button of its own.
function offered(action) {
  const control = document.querySelector(`[data-action="${action}"]:not([disabled])`);
  control?.click();
  return Boolean(control);
}

showKeys(document);
startSettings();

const page = startWorkbench({ guard }) ?? startQueue() ?? startSplit() ?? {};
const GOES = { "go home": "/", "go queue": "/queue", "go approvals": "/approvals", settings: "/settings" };

function does(action, event) {
  if (action === "help") return showHelp(), true;
  if (action === "palette") return showPalette({ can, does }), true;
  if (action in GOES) return location.assign(GOES[action]), true;
  if (action === "search") return focusOn("#search");
  const claim = document.querySelector("#list-held") && document.querySelector('[data-action="claim"]');
  if (action === "claim" && claim) return claim.click(), true;
  if (page.does?.(action, event)) return true;
  const button = document.querySelector(`main button[data-action="${action}"]`);
  if (["approve", "refuse"].includes(action) && button) return answer(action, button);
  return !document.getElementById("task") && offered(action); // a task has rules of its own
}

// Whether there is anything to do here for a verb, told without doing it.
function can(action) {
  if (["help", "search", "settings"].includes(action)) return true;
  return page.can?.(action) ?? Boolean(document.querySelector(`main [data-action="${action}"]`));
}

function focusOn(selector) {
  const place = document.querySelector(selector);
  place?.focus();
  return Boolean(place);
}

// What takes a while says that it goes on, and is not sent twice.
for (const form of document.querySelectorAll("form[data-takes-long]")) {
  form.addEventListener("submit", ({ submitter }) => {
    const begun = Date.now();
    const said = document.getElementById("said");
    const since = submitter.appendChild(document.createElement("span"));
    setTimeout(() => { submitter.disabled = true; });
    const tell = () => { since.textContent = ` … ${Math.round((Date.now() - begun) / 1000)} s`; };
    tell();
    const telling = setInterval(tell, 1000);
    said.textContent = "It is being worked out.";
    // The answer is there; who goes back from it finds the form as it was.
    addEventListener("pagehide", () => {
      clearInterval(telling);
      since.remove();
      submitter.disabled = false;
      said.textContent = "";
    }, { once: true });
  });
}

// A refusal needs a reason: its key leads to the field as long as there is none.
function answer(action, button) {
  const reason = document.getElementById("reason");
  if (action === "refuse" && !reason.value.trim()) return reason.focus(), true;
  return button.click(), true;
}

listen((action, event) => (document.querySelector("dialog[open]") ? false : does(action, event)));
