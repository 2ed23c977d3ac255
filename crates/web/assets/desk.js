// Keys and small comforts. Every page works without this file.
"use strict";
(() => {
  const keysOn = () => !document.cookie.split("; ").includes("covered-keys=off") && document.body.dataset.keys !== "off";
  const writing = (element) => element.closest?.("input, select, textarea, [contenteditable]");
  const rows = () => [...document.querySelectorAll("[data-rows] tbody tr, [data-rows] > li")].filter((row) => row.offsetParent);
  const at = () => document.querySelector("[data-rows] .at");

  function move(step) {
    const all = rows();
    if (!all.length) return;
    const from = all.indexOf(at());
    const to = all[Math.min(all.length - 1, Math.max(0, from < 0 ? 0 : from + step))];
    at()?.classList.remove("at");
    to.classList.add("at");
    to.querySelector("a, button, summary")?.focus();
    to.scrollIntoView({ block: "nearest" });
  }

  document.addEventListener("keydown", (event) => {
    if (!keysOn() || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || writing(event.target)) return;
    if (document.querySelector("dialog[open]")) return;
    const search = document.getElementById("find-patient");
    const act = {
      "/": search && (() => { search.focus(); search.select(); }),
      "?": () => document.getElementById("keys")?.showModal(),
      "j": () => move(1),
      "k": () => move(-1),
      "c": () => { location.href = "/check"; },
      "t": () => { location.href = "/today"; },
    }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });

  // Buttons that only script can make work are there only with it.
  const wake = (root) => {
    for (const button of root.querySelectorAll("[data-script][hidden]")) button.hidden = false;
  };
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-print]")) window.print();
    if (event.target.closest("[data-keys-open]")) {
      event.preventDefault();
      document.getElementById("keys")?.showModal();
    }
  });
  wake(document);

  // After a part was replaced, the reader stands where the page says.
  document.addEventListener("htmx:afterSwap", (event) => {
    wake(document);
    const next = event.detail.target.querySelector?.("[data-focus]") ?? document.querySelector("[data-focus-after]");
    if (next && event.detail.requestConfig?.triggeringEvent?.type === "submit") next.focus();
  });

  // A screen that nobody touches locks itself; the server's own limit does not depend on it.
  const idle = Number(document.body.dataset.idleSeconds);
  const lock = document.getElementById("lock-form");
  if (idle > 0 && lock) {
    let last = Date.now();
    for (const kind of ["pointerdown", "keydown", "scroll"]) document.addEventListener(kind, () => { last = Date.now(); }, { passive: true });
    setInterval(() => { if (Date.now() - last > idle * 1000) lock.requestSubmit(); }, 5000);
  }
})();
