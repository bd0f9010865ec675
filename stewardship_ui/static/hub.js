// Asks the hub's own API: what the desk does, any program can do.
export class Refused extends Error {
  constructor(status, problem) {
    super(problem.detail ?? "the hub did not answer");
    this.status = status;
    this.problem = problem;
  }
}

export async function ask(method, path, body, options = {}) {
  const headers = { Accept: "application/json", "X-CSRF-Token": document.querySelector("meta[name=csrf-token]").content };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  let answer;
  try {
    answer = await fetch(path, { ...options, method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
  } catch {
    throw new Refused(0, { detail: "the hub cannot be reached" });
  }
  const told = answer.status === 204 ? null : await answer.json().catch(() => ({}));
  if (answer.status === 401) throw new Refused(401, { detail: "you are signed out" });
  if (!answer.ok) throw new Refused(answer.status, told ?? {});
  return told;
}

export async function fragment(address) {
  const answer = await fetch(address, { headers: { "HX-Request": "true" } });
  if (!answer.ok || answer.redirected) throw new Refused(answer.status, { detail: "the page could not be read" });
  return answer.text();
}

// For those who hear the page: what others see change somewhere on it.
export function aloud(words) {
  document.getElementById("aloud").textContent = words;
}

const said = () => document.getElementById("said");

export function say(words, { trouble = false, link = null, stays = false } = {}) {
  const line = document.createElement("p");
  if (trouble) line.className = "trouble";
  line.append(words);
  if (link) {
    const anchor = document.createElement("a");
    anchor.href = link.href;
    anchor.textContent = link.words;
    line.append(" ", anchor);
  }
  said().append(line);
  if (!stays) setTimeout(() => line.remove(), trouble ? 9000 : 2600);
  return line;
}
