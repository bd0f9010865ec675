// Names of people in a comment: `@an` and Tab, Enter or a click complete it; the list below says who there is.
const BEGUN = /(?<![\w@.+-])@([\w.@+-]*)$/;

const choices = (field) => [...document.getElementById(field.dataset.names).querySelectorAll("[data-name]")];
const begun = (field) => field.value.slice(0, field.selectionStart).match(BEGUN);

// Those that fit what is begun; the first of them is what Tab or Enter takes.
function offer(field) {
  const word = begun(field)?.[1].toLowerCase();
  let first = null;
  for (const one of choices(field)) {
    one.hidden = word !== undefined && !one.dataset.name.startsWith(word);
    if (word !== undefined && !one.hidden) first ??= one;
    one.classList.remove("first");
  }
  first?.classList.add("first");
  return first;
}

function take(field, name) {
  const word = begun(field);
  const at = field.selectionStart;
  const from = word ? at - word[0].length : at;
  const before = word || !from || /\s/.test(field.value[from - 1]) ? "" : " ";
  field.setRangeText(`${before}@${name} `, from, at, "end");
  field.focus();
  offer(field);
}

document.addEventListener("input", ({ target }) => { if (target.dataset?.names) offer(target); });
document.addEventListener("keydown", (event) => {
  const field = event.target;
  if (!field.dataset?.names || !["Tab", "Enter"].includes(event.key) || event.shiftKey || !begun(field)?.[1]) return;
  const first = offer(field);
  if (!first || begun(field)[1].toLowerCase() === first.dataset.name) return;
  event.preventDefault();
  take(field, first.dataset.name);
});
document.addEventListener("click", ({ target }) => {
  const one = target.closest?.("[data-name]");
  const field = one && document.querySelector(`[data-names="${one.parentElement.id}"]`);
  if (field) take(field, one.dataset.name);
});
