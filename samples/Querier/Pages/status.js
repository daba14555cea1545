// Without this the page is complete, and reloads itself; with it only what has changed moves.
const freshness = document.getElementById("freshness");
const live = document.getElementById("live");
const news = document.getElementById("news");
const silence = 12000; // The querier speaks every five seconds.
const pause = 10000; // Between two looks of a tab that nobody sees.
let source, heard = performance.now(), looking, again, skew = 0;

// Times tick by the clock of the querier, which may not be ours.
function setClock(root) {
  skew = Date.parse(root.getElementById("now").dateTime) - Date.now();
}

function span(seconds) {
  const [size, unit] = seconds >= 172800 ? [86400, "days"] : seconds >= 7200 ? [3600, "h"] : seconds >= 120 ? [60, "min"] : [1, "s"];
  return Math.round(seconds / size) + " " + unit;
}

const say = {
  ago: left => -left < 1 ? "just now" : span(-left) + " ago",
  left: left => left > 0 ? span(left) + " left" : "expired " + span(-left) + " ago",
  ahead: left => left > 0 ? "in " + span(left) : "now",
};

function tick(root) {
  for (const time of root.querySelectorAll("time[data-show]")) {
    const text = say[time.dataset.show]((Date.parse(time.dateTime) - skew - Date.now()) / 1000);
    if (time.firstChild.data !== text) time.firstChild.data = text;
  }
}

// Makes the old what the fresh is, and leaves alone what is the same already: so focus, selection and scrolling stay.
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

async function look() {
  again = looking;
  if (looking) return;
  looking = true;
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
    lose();
  }
  looking = false;
  if (again) look();
}

function lose() {
  freshness.className = "lost";
  live.textContent = "The querier does not answer. As of";
}

function hear() {
  heard = performance.now();
  look();
}

function connect() {
  source?.close();
  heard = performance.now();
  source = new EventSource("/events");
  source.addEventListener("changed", hear);
  source.addEventListener("heartbeat", hear);
  source.onerror = lose; // And it connects again by itself, unless it was refused for good.
}

// A browser grants few connections to all tabs together, so one that nobody sees keeps none. It still looks now and then, for its title and icon.
function show() {
  if (document.hidden) source?.close(); else connect();
}

setClock(document);
show();
document.addEventListener("visibilitychange", show);
setInterval(() => {
  if (document.hidden) {
    if (performance.now() - heard > pause) hear();
    return;
  }
  tick(document);
  if (performance.now() - heard < silence) return;
  lose();
  connect();
}, 1000);
addEventListener("pagehide", () => source.close());
addEventListener("pageshow", event => event.persisted && show());
