// Without this the page is complete, and reloads itself; with it only what has changed moves.
const freshness = document.getElementById("freshness");
async function refresh() {
  try {
    const response = await fetch("/", { cache: "no-store", signal: AbortSignal.timeout(4000) });
    const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
    document.querySelector("main").replaceWith(fresh.querySelector("main"));
    document.title = fresh.title;
    const text = fresh.getElementById("freshness").textContent;
    if (freshness.classList.contains("stale")) freshness.classList.remove("stale");
    freshness.dataset.last = freshness.textContent = text;
  } catch {
    freshness.classList.add("stale");
    freshness.textContent = "The querier does not answer. " + (freshness.dataset.last ?? "");
  }
  setTimeout(refresh, 2000);
}
freshness.setAttribute("aria-live", "off");
setTimeout(refresh, 2000);
