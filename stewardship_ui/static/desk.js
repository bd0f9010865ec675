// What every page gets from a script: nothing here is needed to read a page or to send a form.
import { showTimes } from "./times.js";

for (const button of document.querySelectorAll("[data-copies]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copies).textContent);
    button.textContent = "Copied";
  });
}
showTimes(document);
