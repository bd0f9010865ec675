// The list of tasks by keyboard: a row at a time, opened with Enter.
export function startQueue() {
  const table = document.getElementById("tasks");
  if (!table) return null;
  const rows = () => [...table.querySelectorAll("tbody tr")];
  let at = -1;

  function move(step) {
    const all = rows();
    if (!all.length) return false;
    all[at]?.classList.remove("here");
    at = Math.min(Math.max(at + step, 0), all.length - 1);
    all[at].classList.add("here");
    all[at].querySelector("a").focus({ preventScroll: true });
    all[at].scrollIntoView({ block: "nearest" });
    return true;
  }

  const does = {
    next: () => move(1), previous: () => move(-1), "row-down": () => move(1), "row-up": () => move(-1),
    tick: () => tick(), together: () => press("together"), filter: () => facet(),
    claim: () => (at < 0 ? press("claim") : (rows()[at].querySelector("a").click(), true)),
  };
  function tick() {
    const box = rows()[at]?.querySelector("input[type=checkbox]:enabled");
    box?.click();
    return Boolean(box);
  }
  function facet() {
    const link = document.querySelector(".facets a[aria-current]");
    link?.focus();
    return Boolean(link);
  }
  function press(action) {
    const button = document.querySelector(`[data-action="${action}"]`);
    button?.click();
    return Boolean(button);
  }
  return { does: (action) => does[action]?.() ?? false };
}
