// Without this script, the page reloads itself. With it, only changed elements are updated.
const freshness = document.getElementById("freshness");
const live = document.getElementById("live");
const news = document.getElementById("news");
const eventTimeout = 12000; // The querier sends an event every five seconds.
const hiddenInterval = 10000; // Between two updates of a hidden tab.
let source, lastEvent = performance.now(), updating, updateAgain, skew = 0;

// Relative times use the clock of the querier, which may differ from that of the browser.
function setClock(root) {
  skew = Date.parse(root.getElementById("now").dateTime) - Date.now();
}

function span(seconds) {
  const [size, unit] = seconds >= 172800 ? [86400, "days"] : seconds >= 7200 ? [3600, "h"] : seconds >= 120 ? [60, "min"] : [1, "s"];
  return Math.round(seconds / size) + " " + unit;
}

const format = {
  ago: left => -left < 1 ? "just now" : span(-left) + " ago",
  left: left => left > 0 ? span(left) + " left" : "expired " + span(-left) + " ago",
  ahead: left => left > 0 ? "in " + span(left) : "now",
};

function tick(root) {
  for (const time of root.querySelectorAll("time[data-show]")) {
    const text = format[time.dataset.show]((Date.parse(time.dateTime) - skew - Date.now()) / 1000);
    if (time.firstChild.data !== text) time.firstChild.data = text;
  }
}

// Updates an element to match a new one. Equal parts are not touched, so that focus, selection and scroll position stay.
function update(old, fresh) {
  if (old.isEqualNode(fresh)) return;
  if (old.nodeName !== fresh.nodeName) return old.replaceWith(fresh);
  if (old.nodeType === Node.TEXT_NODE) return void (old.data = fresh.data);
  for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name)) old.removeAttribute(name);
  for (const { name, value } of fresh.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);

  const named = new Map([...old.children].filter(child => child.id).map(child => [child.id, child]));
  for (const child of fresh.children) if (named.has(child.id)) named.get(child.id).stays = true;
  for (const child of named.values()) if (child.stays) delete child.stays; else child.remove();
  let here = old.firstChild;
  const drop = () => { const gone = here; here = here.nextSibling; gone.remove(); };
  for (const child of [...fresh.childNodes]) {
    const kept = child.id ? named.get(child.id) : here && !here.id ? here : null;
    if (!kept) { old.insertBefore(child, here); continue; }
    while (here !== kept && here && !here.id) drop();
    if (here === kept) here = here.nextSibling; else old.insertBefore(kept, here);
    update(kept, child);
  }
  while (here) drop();
}

function announce(fresh) {
  const changes = [...fresh.querySelectorAll("[data-says]")]
    .filter(row => (document.getElementById(row.id)?.dataset.says ?? row.dataset.says) !== row.dataset.says)
    .map(row => row.dataset.says + ".");
  if (changes.length) news.textContent = changes.join(" ");
}

async function refresh() {
  updateAgain = updating;
  if (updating) return;
  updating = true;
  try {
    const response = await fetch("/", { cache: "no-store", signal: AbortSignal.timeout(4000) });
    if (!response.ok) throw new Error(response.statusText);
    const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
    setClock(fresh);
    tick(document);
    tick(fresh);
    announce(fresh);
    update(document.querySelector("main"), fresh.querySelector("main"));
    update(document.querySelector("link[rel=icon]"), fresh.querySelector("link[rel=icon]"));
    update(document.getElementById("now"), fresh.getElementById("now"));
    document.title = fresh.title;
    freshness.className = "live";
    live.textContent = "Live, as of";
  } catch {
    onLost();
  }
  updating = false;
  if (updateAgain) refresh();
}

function onLost() {
  freshness.className = "lost";
  live.textContent = "The querier does not answer. As of";
}

function onEvent() {
  lastEvent = performance.now();
  refresh();
}

function connect() {
  source?.close();
  lastEvent = performance.now();
  source = new EventSource("/events");
  source.addEventListener("changed", onEvent);
  source.addEventListener("heartbeat", onEvent);
  source.onerror = onLost; // The browser reconnects, unless the response was an error.
}

// Browsers limit the connections per host, so a hidden tab keeps none. It still updates at intervals, for its title and icon.
function show() {
  if (document.hidden) source?.close(); else connect();
}

setClock(document);
show();
document.addEventListener("visibilitychange", show);
setInterval(() => {
  if (document.hidden) {
    if (performance.now() - lastEvent > hiddenInterval) onEvent();
    return;
  }
  tick(document);
  if (performance.now() - lastEvent < eventTimeout) return;
  onLost();
  connect();
}, 1000);
addEventListener("pagehide", () => source.close());
addEventListener("pageshow", event => event.persisted && show());
