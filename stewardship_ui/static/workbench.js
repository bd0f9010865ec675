// The workbench by keyboard: the next tasks are read ahead, a decision shows the next one at once and is sent behind
// it. Whatever a key decides, it decides of the task that was on the screen when it was pressed.
import { aloud, ask, fragment, Refused, say } from "./hub.js";
import { showKeys } from "./keys.js";
import { showTimes, timeOfDay } from "./times.js";

const AHEAD = 2;
const HOLD = Number(document.querySelector("meta[name=desk-hold]").content); // seconds in which an undo leaves no trace in the feed
const WORKER = 5; // seconds within which what was held until now is carried out
const HEARTBEAT = 120_000;
const LONG = 50 * 60_000; // of work without a pause, after which a pause is suggested once
const PAUSE = 10 * 60_000;

export function startWorkbench({ guard }) {
  const first = document.getElementById("task");
  if (!first) return null;
  const desk = new Desk(first, guard);
  desk.open();
  return desk;
}

// A row as it is heard: what it is about and how the two stand to each other, then what each column says.
function heard(row) {
  const plain = (cell) => {
    const copy = cell.cloneNode(true);
    for (const one of copy.querySelectorAll("[aria-hidden]")) one.remove();
    return copy.textContent.replace(/\s+/g, " ").trim();
  };
  const heads = [...document.querySelectorAll("#compare thead th")].map((one) => (one.querySelector("b, a") ?? one).firstChild.textContent.trim());
  return `${[...row.children].map((cell, at) => (at ? `${heads[at]}: ` : "") + plain(cell)).join("; ")}.`;
}

class Desk {
  constructor(article, guard) {
    this.guard = guard;
    this.article = article;
    this.ready = new Map(); // task id → its fragment, read ahead
    this.upcoming = [];
    this.decided = new Set(); // decided here, whether or not the hub has answered yet
    this.mine = []; // my decisions, the latest last: {task, words, id}
    this.sending = Promise.resolve(); // what was decided goes out one after the other
    this.unsent = new Set();
    this.row = -1;
    history.replaceState({ task: article.dataset.task }, "", location.href);
    addEventListener("popstate", () => this.back());
    addEventListener("pagehide", () => { this.sendRest(); this.leave(); });
    setInterval(() => this.hold(), HEARTBEAT);
    setInterval(() => this.tell(), 1000);
  }

  get task() { return this.article.dataset.task; }
  get query() { return this.article.dataset.query; }

  open() {
    this.row = -1;
    showTimes(this.article);
    showKeys(this.article);
    window.htmx?.process(this.article);
    for (const form of this.article.querySelectorAll("form[data-act]")) {
      form.addEventListener("submit", (event) => { event.preventDefault(); this.act(form); });
    }
    const decide = this.article.querySelector("#decide");
    decide?.addEventListener("submit", (event) => {
      event.preventDefault();
      const button = event.submitter;
      if (button.dataset.action === "skip") this.skip();
      else this.decide(button.value);
    });
    for (const link of this.article.querySelectorAll("a[data-action]")) {
      link.addEventListener("click", (event) => { if (this.does(link.dataset.action)) event.preventDefault(); });
    }
    for (const cell of this.article.querySelectorAll("tbody td[data-key]")) {
      cell.addEventListener("click", () => this.onCell(cell));
    }
    this.hold();
    this.worked();
    this.readAhead();
    clearTimeout(this.effects);
    this.effects = setTimeout(() => document.getElementById("effects")?.dispatchEvent(new Event("effects")), 700);
  }

  // Whether a verb has a button here, or is about the rows that are here.
  can(action) {
    const rows = ["take-a", "take-b", "edit", "fold", "normalised", "permalink", "undo"];
    return Boolean(this.article.querySelector(`[data-action="${action}"]`)) || (rows.includes(action) && Boolean(document.getElementById("compare")));
  }

  // What a key or a button does; false when there is nothing to do.
  does(action) {
    const open = this.article.dataset.status === "open" && this.article.querySelector("#decide");
    const actions = {
      same: () => this.decide("same"), distinct: () => this.decide("distinct"), related: () => this.decide("related"),
      "same-now": () => this.decide("same", 0), "distinct-now": () => this.decide("distinct", 0), "related-now": () => this.decide("related", 0),
      skip: () => this.skip(), undo: () => this.undo(), next: () => { this.leave(); this.advance(); }, previous: () => history.back(),
      "row-down": () => this.move(1), "row-up": () => this.move(-1), "take-a": () => this.pick(0), "take-b": () => this.pick(1),
      fold: () => this.fold(), normalised: () => document.getElementById("compare")?.classList.toggle("normal"),
      escalate: () => this.popover("escalate"), assign: () => this.popover("assign"), edit: () => this.edit(), comment: () => this.popover("comment"), snooze: () => this.popover("snooze"),
      permalink: () => this.permalink(), why: () => location.assign(`/task/${this.task}/why`),
      decisions: () => location.assign("/decisions"),
    };
    if (!(action in actions)) return false;
    const verdicts = ["same", "distinct", "related", "same-now", "distinct-now", "related-now"];
    const writes = [...verdicts, "skip", "escalate", "assign", "edit", "snooze", "take-a", "take-b"];
    if (writes.includes(action) && !open) return false;
    if ([...verdicts, "edit", "take-a", "take-b"].includes(action) && !document.getElementById("compare")) return false;
    actions[action]();
    return true;
  }

  decide(verdict, hold = HOLD) {
    const { task, etag } = this.article.dataset;
    if (this.decided.has(task)) return;
    const form = this.article.querySelector("#decide");
    const picks = Object.fromEntries([...form.querySelectorAll("[name=pick]")].map((one) => {
      const at = one.value.indexOf("=");
      return [one.value.slice(0, at), one.value.slice(at + 1)];
    }));
    if (Object.keys(picks).length && verdict !== "same") {
      say("A value is picked for the golden record of both: that goes with Same only.", { trouble: true });
      return;
    }
    const body = { verdict, etag, reason: form.reason.value.trim() || "Compared side by side", hold };
    if (Object.keys(picks).length) body.picks = picks;
    const entry = { task, words: verdict, at: Date.now(), id: null, hold, article: this.article };
    this.decided.add(task);
    this.mine.push(entry);
    this.sending = this.send(`/v1/tasks/${task}:decide`, body).then((told) => told && this.told(entry, told), (error) => this.refused(entry, error));
    entry.sent = this.sending;
    aloud(`${verdict}, ${hold ? `in force in ${hold} seconds` : "in force at once"}.`);
    this.tell();
    this.advance();
  }

  // Whoever leaves at once has decided all the same: what waits its turn then goes out with the page.
  send(path, body) {
    const one = { path, body };
    this.unsent.add(one);
    return this.sending.then(() => (this.unsent.delete(one) ? ask("POST", path, body, { keepalive: true }) : null));
  }

  sendRest() {
    for (const { path, body } of this.unsent) ask("POST", path, body, { keepalive: true }).catch(() => {});
    this.unsent.clear();
  }

  told(entry, told) {
    entry.id = told.proposal_id ?? told.decision_id;
    entry.due = told.due;
    entry.needs = told.needs;
    if (told.needs?.length) say(`${entry.words}: waits for a second person (${told.needs.join("; ")}).`);
    this.tell();
    if (told.status === "held") setTimeout(() => this.followed(entry), (entry.hold + WORKER) * 1000);
  }

  // A decision that was overtaken while it was held comes back: said where its steward works, with the way to why.
  async followed(entry) {
    if (!this.mine.includes(entry)) return;
    const became = await ask("GET", `/v1/proposals/${entry.id}`).catch(() => null);
    if (became?.status !== "overtaken") return;
    this.decided.delete(entry.task);
    this.mine = this.mine.filter((one) => one !== entry);
    const words = `“${entry.words}” was overtaken: ${became.changed}.`;
    say(words, { trouble: true, stays: true, link: { href: `/task/${entry.task}${this.query}`, words: "See by what" } });
  }

  // Nothing clicked is lost: the task comes back with what has changed, and says that the decision was not taken.
  async refused(entry, error) {
    this.decided.delete(entry.task);
    this.mine = this.mine.filter((one) => one !== entry);
    if (error.status === 401) {
      this.signIn(entry.task);
      return;
    }
    this.tell();
    const words = `“${entry.words}” was not taken: ${error.message}.`;
    say(words, { trouble: true, stays: true, link: { href: `/task/${entry.task}${this.query}`, words: "Look again" } });
    if ([409, 412].includes(error.status)) await this.show(entry.task, { before: entry.article }).catch(() => {});
  }

  // Once only: of several that were sent after the session had ended, the first is where its steward comes back to.
  signIn(task) {
    if (this.signedOut) return;
    this.signedOut = true;
    location.assign(`/sign-in?${new URLSearchParams({ next: `/task/${task}${this.query}`, ended: 1 })}`);
  }

  skip() {
    const { task } = this.article.dataset;
    this.decided.add(task);
    this.sending = this.send(`/v1/tasks/${task}:skip`).catch((error) => {
      if (error.status === 401) this.signIn(task);
      else say(error.message, { trouble: true });
    });
    say("Skipped until something about it changes.");
    this.advance();
  }

  async act(form) {
    const { task } = this.article.dataset;
    const act = form.dataset.act;
    if (act === "edit") {
      await this.set(form);
      return;
    }
    const body = Object.fromEntries([...new FormData(form)].filter(([name]) => name !== "csrf_token"));
    let told;
    try {
      told = await ask("POST", `/v1/tasks/${task}:${act}`, body);
    } catch (error) {
      say(error.message, { trouble: true });
      return;
    }
    form.closest("[popover]").hidePopover();
    if (act === "comment") {
      const said = told.comments.at(-1);
      const seen = said.mentions.map((one) => one.split(":")[1]).join(", ");
      say(`Your comment stands with the task.${seen ? ` ${seen} will see it.` : ""}`);
      if (said.unknown_names.length) say(`Nobody who may work on this is called ${said.unknown_names.join(", ")}.`, { trouble: true });
      await this.show(task);
      return;
    }
    if (act === "assign" && body.to === this.article.dataset.me) {
      say("It is yours.");
      await this.show(task);
      return;
    }
    say({ escalate: "Asked; it is theirs now.", assign: "Given to them." }[act] ?? `Put off until ${body.until}.`);
    this.decided.add(task);
    this.advance();
  }

  async undo() {
    const entry = this.mine.at(-1);
    if (!entry) {
      say("Nothing of yours to undo here.", { link: { href: "/decisions", words: "My last decisions" } });
      return;
    }
    this.mine.pop();
    await entry.sent;
    if (!entry.id) return; // it was refused, and said so
    try {
      await ask("POST", `/v1/decisions/${entry.id}:undo`, { reason: "Undone at the desk" });
    } catch (error) {
      say(`Not undone: ${error.message}`, { trouble: true });
      return;
    }
    this.decided.delete(entry.task);
    say(`Undone: ${entry.words}.`);
    await this.show(entry.task);
  }

  // Nobody waits for the lease of somebody who looked and went on.
  leave() {
    const { task, claim, me } = this.article.dataset;
    if (claim !== me || this.decided.has(task)) return;
    this.article.dataset.claim = "";
    ask("POST", `/v1/tasks/${task}:release`, undefined, { keepalive: true }).catch(() => {});
  }

  async back() {
    const id = location.pathname.split("/")[2];
    this.leave();
    try {
      this.swap(id, await fragment(location.pathname + location.search), { moves: false });
    } catch {
      location.reload();
    }
  }

  // Show the next task that was read ahead; else ask for one.
  advance() {
    this.ready.delete(this.task);
    const id = this.upcoming.find((one) => !this.decided.has(one) && one !== this.task);
    if (id && this.ready.has(id)) {
      this.swap(id, this.ready.get(id));
      return;
    }
    this.coming();
  }

  async coming() {
    this.article.setAttribute("aria-busy", "true");
    await this.sending; // what was just decided is no longer free when the hub is asked
    try {
      const found = await ask("GET", this.ahead());
      const id = found.items.find((one) => !this.decided.has(one) && one !== this.task);
      if (!id) {
        location.assign(`/queue${this.query}`);
        return;
      }
      await this.show(id);
    } catch (error) {
      this.article.removeAttribute("aria-busy");
      say(error.message, { trouble: true });
    }
  }

  ahead() {
    const asked = new URLSearchParams({ after: this.task, limit: AHEAD + 4 }); // some may be decided here and not yet there
    return `${this.article.dataset.ahead}&${asked}`;
  }

  async readAhead() {
    const from = this.task;
    try {
      const found = await ask("GET", this.ahead());
      if (from !== this.task) return;
      this.upcoming = found.items.filter((one) => !this.decided.has(one)).slice(0, AHEAD);
      for (const id of this.upcoming) {
        if (!this.ready.has(id)) this.ready.set(id, await fragment(`/task/${id}${this.query}`));
      }
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
    }
  }

  async show(id, { before = null } = {}) {
    this.swap(id, await fragment(`/task/${id}${this.query}`));
    if (before) this.markChanged(before);
  }

  swap(id, html, { address = `/task/${id}${this.query}`, moves = true } = {}) {
    const parsed = new DOMParser().parseFromString(html, "text/html").getElementById("task");
    for (const one of parsed.querySelectorAll("noscript")) one.remove(); // the parser takes what is in it for real
    this.article.replaceWith(parsed);
    const another = this.article.dataset.task !== id;
    this.article = parsed;
    this.ready.delete(id);
    if (moves) history[another ? "pushState" : "replaceState"]({ task: id }, "", address);
    if (another) {
      this.guard();
      scrollTo(0, 0);
    }
    document.title = document.title.replace(/^[^·]*/, `${parsed.querySelector("h1").textContent.slice(0, 60)} `);
    this.open();
    parsed.querySelector("h1").focus({ preventScroll: true });
    this.tell();
  }

  markChanged(before) {
    const text = (row) => row.innerText ?? row.textContent;
    const was = new Map([...before.querySelectorAll("tr[data-attribute]")].map((row) => [row.dataset.attribute, row.textContent]));
    let changed = 0;
    for (const row of this.article.querySelectorAll("tr[data-attribute]")) {
      if (was.get(row.dataset.attribute) !== row.textContent && text(row)) {
        row.classList.add("changed");
        changed += 1;
      }
    }
    if (changed) say(`${changed} ${changed === 1 ? "row has" : "rows have"} changed since you saw it; they say so.`, { stays: true });
  }

  // The lease of whoever looks at a task: claimed when it is opened, and again while it stays open.
  async hold() {
    const { task, status, claim, me } = this.article.dataset;
    if (status !== "open" || !this.article.querySelector("#decide") || document.hidden || this.decided.has(task)) return;
    if (claim && claim !== me) return;
    try {
      const held = await ask("POST", `/v1/tasks/${task}:claim`, {});
      if (task !== this.task) return;
      this.article.dataset.claim = me;
      this.showLease(held.claim.until);
    } catch (error) {
      if (error.status === 409 && task === this.task && !this.decided.has(task)) say(error.message, { trouble: true, stays: true });
    }
  }

  showLease(until) {
    const where = this.article.querySelector(".where");
    const lease = where.querySelector(".lease") ?? document.createElement("span");
    lease.className = "lease";
    lease.textContent = `yours until ${timeOfDay(until)}`;
    lease.title = until;
    if (!lease.isConnected) where.querySelector(".permalink").before(lease);
  }

  rows() { return [...this.article.querySelectorAll("#compare tbody:not([hidden]) tr[data-attribute]")]; }

  move(step) {
    const rows = this.rows();
    if (!rows.length) return;
    rows[this.row]?.classList.remove("here");
    this.row = Math.min(Math.max(this.row + step, 0), rows.length - 1);
    rows[this.row].classList.add("here");
    rows[this.row].scrollIntoView({ block: "nearest" });
    aloud(heard(rows[this.row]));
  }

  onCell(cell) {
    if (getSelection().toString()) return;
    const rows = this.rows();
    rows[this.row]?.classList.remove("here");
    this.row = rows.indexOf(cell.parentElement);
    rows[this.row]?.classList.add("here");
  }

  // Take the value of one record for the attribute of the row; the same key again gives it back to the rules.
  async pick(column) {
    const row = this.rows()[this.row];
    if (!row) {
      say("Choose a row first: ↓ or a click.");
      return;
    }
    const cell = row.querySelectorAll("td[data-key]")[column];
    const { attribute } = row.dataset;
    const asked = new URLSearchParams(location.search);
    const others = asked.getAll("pick").filter((one) => !one.startsWith(`${attribute}=`));
    const chosen = `${attribute}=${cell.dataset.key}`;
    const again = asked.getAll("pick").includes(chosen);
    asked.delete("pick");
    for (const one of again ? others : [...others, chosen]) asked.append("pick", one);
    const reason = this.article.querySelector("#reason")?.value;
    const address = `/task/${this.task}${asked.size ? `?${asked}` : ""}`;
    const at = this.row;
    try {
      this.swap(this.task, await fragment(address), { address });
    } catch (error) {
      say("That value cannot be picked.", { trouble: true });
      return;
    }
    if (reason) this.article.querySelector("#reason").value = reason;
    this.row = at - 1;
    this.move(1);
    aloud(`${again ? "Left to the rules" : "Picked"}. ${heard(this.rows()[this.row])}`);
  }

  // Another value than any record has, for the attribute of the row; it holds from now on, until it is taken back.
  edit() {
    const row = this.rows()[this.row];
    const form = document.querySelector("#edit form");
    if (!row || !form) {
      say("Choose a row first: ↓ or a click.");
      return;
    }
    form.dataset.attribute = row.dataset.attribute;
    form.querySelector("h2").textContent = `Set ${row.querySelector("th").innerText.replace(/^\W+/, "").replace(/\(.*/, "").trim()}`;
    form.value.value = row.querySelector("td.win")?.dataset.value ?? "";
    this.popover("edit");
    form.value.focus();
  }

  async set(form) {
    const written = form.value.value.trim();
    const { attribute } = form.dataset;
    const many = written.includes("\n");
    const body = { value: many ? written.split("\n").map((line) => line.trim()).filter(Boolean) : written, reason: form.because.value.trim() };
    try {
      const told = await ask("PUT", `/v1/golden-records/${form.golden_id.value}/overrides/${attribute}`, body);
      form.closest("[popover]").hidePopover();
      const id = told.proposal_id ?? told.decision_id;
      this.mine.push({ task: this.task, words: `set ${attribute}`, at: Date.now(), id, due: null, needs: told.needs, article: this.article, sent: Promise.resolve() });
      say(told.needs?.length ? "Proposed: a second person has to approve it." : "Set.");
    } catch (error) {
      say(`Not set: ${error.message}`, { trouble: true });
      return;
    }
    const at = this.row;
    await this.show(this.task);
    this.row = at - 1;
    this.move(1);
  }

  fold() {
    const identical = document.getElementById("identical");
    if (identical) identical.hidden = !identical.hidden;
  }

  popover(id) {
    const box = document.getElementById(id);
    box?.showPopover();
    box?.querySelector("select, textarea, input:not([type=hidden])")?.focus();
  }

  async permalink() {
    await navigator.clipboard?.writeText(`${location.origin}/task/${this.task}`).catch(() => {});
    say("The address of this task is copied.");
  }

  // Who has worked for long decides worse: said once, by what this tab remembers.
  worked() {
    const now = Date.now();
    const said = JSON.parse(sessionStorage.getItem("desk-work") || "null");
    const work = said && now - said.last < PAUSE ? said : { since: now };
    if (!work.told && now - work.since > LONG) {
      work.told = true;
      say("You have decided for 50 minutes without a pause. A short one keeps you right.");
    }
    sessionStorage.setItem("desk-work", JSON.stringify({ ...work, last: now }));
  }

  // What undo would take back, in the bar: what, and how long ago.
  tell() {
    const words = document.getElementById("last-words");
    if (!words) return;
    const entry = this.mine.at(-1);
    words.textContent = entry && !entry.id ? `${entry.words}, on its way` : "";
    if (!entry?.id) return;
    const seconds = Math.round((Date.now() - entry.at) / 1000);
    const left = (entry.hold ?? HOLD) - seconds;
    words.textContent = `${entry.words}, ${left > 0 && !entry.needs?.length ? `in force in ${left} s` : `${seconds} s ago`}`;
  }
}
