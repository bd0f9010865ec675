// What every page gets from a script: nothing here is needed to read a page or to send a form.
import { guard, listen } from "./keys.js";
import { showHelp } from "./help.js";
import { showTimes } from "./times.js";
import { startWorkbench } from "./workbench.js";
import { startQueue } from "./queue.js";
import { startSplit } from "./split.js";

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

const page = startWorkbench({ guard }) ?? startQueue() ?? startSplit() ?? {};
listen((action, event) => {
  if (document.querySelector("dialog[open]")) return false;
  if (action === "help") return showHelp(), true;
  if (action.startsWith("go ")) return location.assign({ "go home": "/", "go queue": "/queue" }[action]), true;
  const claim = document.querySelector('#list-held') && document.querySelector('[data-action="claim"]');
  if (action === "claim" && claim) return claim.click(), true;
  return page.does?.(action, event) || (!document.getElementById("task") && offered(action)); // a task has rules of its own
});
