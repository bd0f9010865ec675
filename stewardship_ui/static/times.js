// Moments in the reader's own zone; the exact value in UTC stays on hover.
const written = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

export function showTimes(place) {
  for (const time of place.querySelectorAll("time[datetime]:not([data-shown])")) {
    const moment = new Date(time.dateTime);
    if (Number.isNaN(moment.getTime()) || time.dateTime.length < 11) continue;
    const here = written.format(moment);
    time.title = `${here} (${time.title})`;
    if (!/ago|now|^in /.test(time.textContent)) time.textContent = here;
    time.dataset.shown = "";
  }
}
