// Shows the progress of a sweep as it happens. Without this script the page is loaded again every 15 seconds.
"use strict";

(() => {
  const live = document.getElementById("live");
  if (!live) return;

  let loading = null;

  // Fetches the page again, once for all events that arrive meanwhile, and replaces what has changed. The focus and
  // open details stay, since an element whose content is the same is not replaced.
  const refresh = async () => {
    const response = await fetch(location.href, { headers: { accept: "text/html" } });
    if (!response.ok) return;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    for (const part of document.querySelectorAll("[data-live]")) {
      const fresh = page.getElementById(part.id);
      if (!fresh || fresh.innerHTML === part.innerHTML || part.contains(document.activeElement)) continue;
      const open = new Set([...part.querySelectorAll("details[open] > summary")].map((summary) => summary.textContent));
      for (const summary of fresh.querySelectorAll("details > summary"))
        if (open.has(summary.textContent)) summary.parentElement.open = true;
      part.replaceChildren(...fresh.childNodes);
    }
  };

  const soon = () => {
    loading ??= setTimeout(() => {
      refresh().catch(() => {}).finally(() => { loading = null; });
    }, 500);
  };

  // Only what happens from now on matters: the page shows the rest.
  const events = new EventSource(`${live.dataset.events}?lastEventId=${live.dataset.last}`);
  for (const type of ["state", "progress", "comparison"]) events.addEventListener(type, soon);
  events.addEventListener("state", (event) => {
    if (!["queued", "running", "paused"].includes(JSON.parse(event.data).state)) events.close();
  });
})();
