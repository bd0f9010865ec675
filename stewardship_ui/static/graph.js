// Zooms and moves a picture that the server has drawn: by buttons, by Ctrl and the wheel, by dragging the ground.
const figure = document.getElementById("graph");
const picture = figure.querySelector("svg[role=group]");
const [, , WIDTH, HEIGHT] = picture.getAttribute("viewBox").split(" ").map(Number);
let view = { x: 0, y: 0, width: WIDTH, height: HEIGHT };

function show(changed) {
  view = { ...view, ...changed };
  picture.setAttribute("viewBox", `${view.x} ${view.y} ${view.width} ${view.height}`);
}

function zoom(factor, at = { x: view.x + view.width / 2, y: view.y + view.height / 2 }) {
  const width = Math.min(Math.max(view.width * factor, WIDTH / 8), WIDTH * 2);
  const share = width / view.width;
  show({
    x: at.x - (at.x - view.x) * share, y: at.y - (at.y - view.y) * share, width, height: view.height * share,
  });
}

function place(event) {
  const box = picture.getBoundingClientRect();
  return { x: view.x + ((event.clientX - box.left) / box.width) * view.width, y: view.y + ((event.clientY - box.top) / box.height) * view.height };
}

figure.querySelector(".zoom").hidden = false;
const does = { in: () => zoom(0.8), out: () => zoom(1.25), fit: () => show({ x: 0, y: 0, width: WIDTH, height: HEIGHT }) };
for (const button of figure.querySelectorAll("[data-zoom]")) button.addEventListener("click", does[button.dataset.zoom]);

picture.addEventListener("wheel", (event) => {
  if (!event.ctrlKey) return; // the page goes on scrolling
  event.preventDefault();
  zoom(event.deltaY > 0 ? 1.1 : 0.9, place(event));
}, { passive: false });

let held = null;
picture.addEventListener("pointerdown", (event) => {
  if (event.target.closest("a") || event.pointerType === "touch") return;
  held = place(event);
  picture.setPointerCapture(event.pointerId);
});
picture.addEventListener("pointermove", (event) => {
  if (!held) return;
  const now = place(event);
  show({ x: view.x + held.x - now.x, y: view.y + held.y - now.y });
});
for (const end of ["pointerup", "pointercancel"]) picture.addEventListener(end, () => { held = null; });
