// Shows the progress of a sweep as it happens. Without this script the page is loaded again every 15 seconds.
"use strict";

(() => {
  const live = document.getElementById("live");
  if (!live) return;

  // Milliseconds before the page is fetched again: after an event, and after a fetch that failed.
  const afterEvent = 500, afterFailure = 5000, mostFailures = 10;

  let waiting = null, loading = false, again = false, left = false, failures = 0;

  // Replaces what has changed. Open details stay, and so does a part that has the focus, until the focus leaves it.
  const show = (page) => {
    left = false;
    for (const part of document.querySelectorAll("[data-live]")) {
      const fresh = page.getElementById(part.id);
      if (!fresh || fresh.innerHTML === part.innerHTML) continue;
      if (part.contains(document.activeElement)) {
        left = true;
        continue;
      }
      const open = new Set([...part.querySelectorAll("details[open] > summary")].map((summary) => summary.textContent));
      for (const summary of fresh.querySelectorAll("details > summary"))
        if (open.has(summary.textContent)) summary.parentElement.open = true;
      part.replaceChildren(...fresh.childNodes);
    }
  };

  const refresh = async () => {
    const response = await fetch(location.href, { headers: { accept: "text/html" } });
    if (!response.ok) throw new Error(`The page is answered with ${response.status}.`);
    show(new DOMParser().parseFromString(await response.text(), "text/html"));
  };

  // Fetches the page once for all events that arrive before the fetch, and again for those that arrive during it: its
  // answer may be older than they are.
  const load = async () => {
    waiting = null;
    if (loading) {
      again = true;
      return;
    }
    loading = true;
    again = false;
    try {
      await refresh();
      failures = 0;
    } catch {
      if (++failures < mostFailures) soon(afterFailure);
    }
    loading = false;
    if (again) soon();
  };

  const soon = (delay = afterEvent) => { waiting ??= setTimeout(load, delay); };

  document.addEventListener("focusout", () => { if (left) soon(); });

  // Only what happens from now on matters: the page shows the rest.
  const events = new EventSource(`${live.dataset.events}?lastEventId=${live.dataset.last}`);
  for (const type of ["state", "progress", "comparison"]) events.addEventListener(type, () => soon());
  events.addEventListener("state", (event) => {
    if (!["queued", "running", "paused"].includes(JSON.parse(event.data).state)) events.close();
  });
})();
