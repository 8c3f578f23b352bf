// Parts of the page that follow what happens.
//
// An element with an id and data-live="lines calls" is fetched again, with the page it is on, when one of these topics
// comes over /live; /live begins with what was sent since the page was made. While the exchange is away a page with [data-away] asks for it and comes back by itself.

const SOONEST = 1000; // ms between two fetches
const RETRY = 2000;

const parts = () => [...document.querySelectorAll("[id][data-live]")];
const connection = document.getElementById("connection");
let source = null;
let heard = document.body.dataset.heard; // what was sent after it, this page does not show yet
let wanted = new Set();
let timer = 0;
let fetched = 0;
let fetching = false;
let postponed = false; // a part is behind, as somebody is busy in it

// --- swapping ---

function wish(topics) {
  for (const topic of topics) wanted.add(topic);
  if (!timer && !fetching) timer = setTimeout(refresh, Math.max(0, fetched + SOONEST - Date.now()));
}

function follows(part) {
  const topics = part.dataset.live.split(/\s+/);
  return wanted.has("everything") || wanted.has("exchange") || topics.some((topic) => wanted.has(topic));
}

async function refresh() {
  timer = 0;
  const ids = parts().filter(follows).map((part) => part.id);
  wanted = new Set();
  if (!ids.length) return;
  fetching = true;
  try {
    const answer = await fetch(location.href, { headers: { "X-Live": "1" }, cache: "no-store" });
    if (answer.redirected || answer.status === 403) return location.reload();
    // A form that came back with an error has no page of its own to fetch.
    if (answer.status === 404 || answer.status === 405) return;
    if (!answer.ok) throw new Error(answer.status);
    swap(ids, new DOMParser().parseFromString(await answer.text(), "text/html"));
    connected(true);
  } catch {
    connected(false);
    setTimeout(() => wish(["everything"]), RETRY);
  } finally {
    fetched = Date.now();
    fetching = false;
    if (wanted.size) wish([]);
  }
}

function swap(ids, page) {
  for (const id of ids) {
    const old = document.getElementById(id);
    const fresh = page.getElementById(id);
    if (!old || !fresh || said(old) === said(fresh)) continue;
    if (busy(old)) {
      postponed = true;
      continue;
    }
    const focus = old.contains(document.activeElement) ? place(old, document.activeElement) : null;
    const opened = [...old.querySelectorAll("details[open][id]")].map((each) => each.id);
    const scrolled = [...old.querySelectorAll("[id]")].filter((each) => each.scrollTop || each.scrollLeft)
      .map((each) => [each.id, each.scrollTop, each.scrollLeft]);
    old.replaceChildren(...document.importNode(fresh, true).childNodes);
    for (const name of fresh.getAttributeNames()) old.setAttribute(name, fresh.getAttribute(name));
    for (const each of opened) document.getElementById(each)?.setAttribute("open", "");
    for (const [each, top, left] of scrolled) document.getElementById(each)?.scrollTo(left, top);
    if (focus) find(old, focus)?.focus({ preventScroll: true });
    old.dispatchEvent(new CustomEvent("swapped", { bubbles: true }));
  }
  tick();
}

// What a part says; the tokens of its forms are new each time.
function said(part) {
  return part.innerHTML.replace(/name="csrf" value="[^"]*"/g, "");
}

// Nobody is interrupted while typing, listening or choosing.
function busy(part) {
  const active = document.activeElement;
  if (part.contains(active) && active.matches("input:not([type=checkbox], [type=hidden]), textarea, select")) return true;
  return [...part.querySelectorAll("audio")].some((each) => !each.paused)
    || part.querySelector("form.differs, dialog[open], [data-keep]") !== null;
}

setInterval(() => {
  if (!postponed || parts().some(busy)) return;
  postponed = false;
  wish(["everything"]);
}, SOONEST);

function place(part, element) {
  const like = (each) => each.id === element.id && each.tagName === element.tagName
    && each.getAttribute("href") === element.getAttribute("href") && each.name === element.name && each.value === element.value;
  return { like, index: [...part.querySelectorAll(element.tagName)].filter(like).indexOf(element), tag: element.tagName };
}

function find(part, { like, index, tag }) {
  const found = [...part.querySelectorAll(tag)].filter(like);
  return found[index] ?? found[0];
}

// --- listening: only while somebody looks, as a browser opens just six connections to one box ---

function listen() {
  if (source || document.hidden || !document.body.hasAttribute("data-listens")) return;
  if (!parts().length) return;
  source = new EventSource(`/live?heard=${encodeURIComponent(heard)}`);
  source.addEventListener("message", (event) => {
    heard = event.lastEventId;
    wish(event.data.split(" "));
  });
  source.addEventListener("open", () => connected(true));
  source.addEventListener("end", () => { close(); location.reload(); });
  source.addEventListener("error", () => {
    connected(false);
    if (source && source.readyState === EventSource.CLOSED) {
      close();
      setTimeout(() => { wish(["everything"]); listen(); }, RETRY * 2);
    }
  });
}

function close() {
  source?.close();
  source = null;
}

let lost = 0;
function connected(yes) {
  if (yes) {
    clearTimeout(lost);
    lost = 0;
    connection.hidden = true;
  } else {
    lost ||= setTimeout(() => { connection.hidden = false; }, 3000);
  }
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden) return close();
  listen();
});
addEventListener("pagehide", close);
addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
listen();

// --- the exchange is away ---

if (document.querySelector("[data-away]")) {
  setInterval(async () => {
    try {
      if ((await fetch("/alive", { cache: "no-store" })).ok) location.reload();
    } catch { /* the box itself is away */ }
  }, RETRY);
}

// --- times that pass: <time data-since="UNIX"> ---

const two = (number) => String(number).padStart(2, "0");
function tick() {
  const now = Date.now() / 1000;
  for (const each of document.querySelectorAll("time[data-since]")) {
    // Rounded as pbx/seconds.py does: what the page shows and what the call's story tells then is the same.
    const passed = Math.max(0, Math.round(now - skew - Number(each.dataset.since)));
    const hours = Math.floor(passed / 3600);
    const minutes = Math.floor(passed / 60) % 60;
    each.textContent = hours ? `${hours}:${two(minutes)}:${two(passed % 60)}` : `${minutes}:${two(passed % 60)}`;
  }
}
// A box without a clock and a browser do not agree on what time it is.
const stamped = Number(document.body.dataset.now);
const skew = stamped ? performance.timeOrigin / 1000 + performance.now() / 1000 - stamped : 0;
if (document.querySelector("time[data-since]") || parts().length) setInterval(tick, 1000);
tick();

// --- the menu on phones ---

const menu = document.querySelector("details.menu");
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && menu?.open) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});
