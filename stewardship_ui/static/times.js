// Moments in the reader's own zone, which stands beside them; the exact value in UTC stays on hover.
const clock = { hour: "numeric", minute: "2-digit", timeZoneName: "short" };
const written = new Intl.DateTimeFormat(undefined, { year: "numeric", month: "short", day: "numeric", ...clock });
const hour = new Intl.DateTimeFormat(undefined, clock);

export const timeOfDay = (moment) => hour.format(new Date(moment));

export function showTimes(place) {
  for (const time of place.querySelectorAll("time[datetime]:not([data-shown])")) {
    const moment = new Date(time.dateTime);
    if (Number.isNaN(moment.getTime()) || time.dateTime.length < 11) continue;
    const here = written.format(moment);
    time.title = `${here} (${time.title})`;
    if (!/ago|now|^in /.test(time.textContent)) time.textContent = here;
    time.dataset.shown = "";
  }
  for (const option of place.querySelectorAll("option[data-moment]")) {
    option.textContent = option.dataset.said + written.format(new Date(option.dataset.moment));
  }
}
