// Keys that open what the links of a page open. The page /ui/keys lists them, and switches them on and off.
"use strict";

(() => {
  const setting = "pie-keys";

  // A browser may refuse to store anything; the keys are on then.
  const stored = (use) => {
    try {
      return use(localStorage);
    } catch {
      return null;
    }
  };
  const areOn = () => stored((storage) => storage.getItem(setting)) !== "off";

  const first = (...selectors) => selectors.map((selector) => document.querySelector(selector)).find(Boolean);

  const open = (link) => link?.click();

  // The first link of each row, then the next page of the list.
  const rows = () => [
    ...[...document.querySelectorAll("main tbody tr, main dt")]
      .map((row) => row.querySelector("a[href]")).filter(Boolean),
    ...document.querySelectorAll("main .pager a[rel=next]"),
  ];

  const move = (step) => {
    const all = rows(), here = document.activeElement;
    const row = here.closest("tr, dt");
    const at = all.findIndex((link) => link === here || row?.contains(link));
    const link = at < 0 ? (step > 0 ? all[0] : null) : all[at + step];
    link?.focus();
    link?.scrollIntoView({ block: "nearest" });
  };

  const filter = () => {
    const field = first("main input[name=contains]", "main input[type=search]", "main form.filter :is(input, select)");
    field?.focus();
    if (field instanceof HTMLInputElement && field.type !== "checkbox") field.select();
  };

  const keys = {
    j: () => move(1),
    k: () => move(-1),
    n: () => open(first("main .place a[rel=next]", "main .pager a[rel=next]")),
    p: () => open(first("main .place a[rel=prev]")),
    "/": filter,
    "?": () => open(document.querySelector("footer a")),
  };

  document.addEventListener("keydown", (event) => {
    const isText = event.target.closest?.("input, select, textarea, [contenteditable]");
    if (isText || event.ctrlKey || event.altKey || event.metaKey || event.isComposing || !areOn()) return;
    if (!Object.hasOwn(keys, event.key)) return;
    event.preventDefault();
    keys[event.key]();
  });

  const button = document.getElementById("switch-keys");
  if (!button) return;
  const show = () => {
    button.textContent = areOn() ? "Switch the keys off" : "Switch the keys on";
    document.getElementById("keys-state").textContent = areOn() ? "The keys are on." : "The keys are off.";
  };
  button.addEventListener("click", () => {
    stored((storage) => areOn() ? storage.setItem(setting, "off") : storage.removeItem(setting));
    show();
  });
  show();
  button.hidden = false;
})();
