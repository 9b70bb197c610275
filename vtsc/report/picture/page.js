"use strict";
(() => {
  const body = document.body;
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const columns = all("a.column");
  const panels = all(".state");
  const scroll = document.querySelector("#lanes .scroll");
  const titles = all("svg .titles");
  const hover = document.getElementById("hover");
  const last = panels.length - 1;
  let chosen = 0;

  const inSight = (column) => {
    const box = column.getBBox();
    const covered = titles[0].getBBox().width;
    if (box.x - covered < scroll.scrollLeft) scroll.scrollLeft = box.x - covered - 8;
    const hidden = box.x + box.width + 8 - scroll.clientWidth;
    if (hidden > scroll.scrollLeft) scroll.scrollLeft = hidden;
  };

  const choose = (number) => {
    chosen = Math.min(Math.max(number, 0), last);
    for (const part of all("[data-step]")) {
      part.toggleAttribute("data-chosen", Number(part.dataset.step) === chosen);
    }
    columns.forEach((column, i) => {
      column.setAttribute("tabindex", i === chosen ? "0" : "-1");
      if (i === chosen) column.setAttribute("aria-current", "step");
      else column.removeAttribute("aria-current");
    });
    inSight(columns[chosen]);
    for (const row of all("#steps tbody tr")) {
      const link = row.querySelector("a");
      if (Number(row.dataset.step) === chosen) link.setAttribute("aria-current", "step");
      else link.removeAttribute("aria-current");
    }
    const ran = new Set(all("a.ran", panels[chosen]).map((link) => link.hash.slice(1)));
    for (const line of all(".listing li")) line.classList.toggle("now", ran.has(line.id));
  };

  const focus = (inTable) => {
    const target = inTable
      ? document.querySelector(`#steps tr[data-step="${chosen}"] a`)
      : columns[chosen];
    target.focus({ preventScroll: true });
    const at = target.getBoundingClientRect();
    const outside = at.top < 0 || at.bottom > document.documentElement.clientHeight;
    if (outside) scrollBy(0, at.top < 0 ? at.top - 8 : at.bottom + 8 - document.documentElement.clientHeight);
  };

  const numberOf = (hash) => {
    const found = /^#step-(\d+)$/.exec(hash);
    return found && Number(found[1]) <= last ? Number(found[1]) : null;
  };

  const conceal = () => { hover.hidden = true; };

  const reveal = (number, column) => {
    const records = panels[number].querySelector(".records").cloneNode(true);
    const heading = panels[number].querySelector("h3").cloneNode(true);
    heading.removeAttribute("id");
    hover.replaceChildren(heading, records);
    hover.hidden = false;
    const at = column.getBoundingClientRect();
    const room = document.documentElement;
    const left = Math.min(at.left, room.clientWidth - hover.offsetWidth - 16);
    const below = at.bottom + 8;
    const above = at.top - hover.offsetHeight - 8;
    const fits = below + hover.offsetHeight <= room.clientHeight;
    const top = fits || above < 0 ? Math.min(below, room.clientHeight - hover.offsetHeight - 8) : above;
    hover.style.left = `${Math.max(left, 8)}px`;
    hover.style.top = `${Math.max(top, 8)}px`;
  };

  const steps = { ArrowLeft: () => chosen - 1, ArrowRight: () => chosen + 1, Home: () => 0, End: () => last };

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") conceal();
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || !(event.key in steps)) return;
    event.preventDefault();
    conceal();
    choose(steps[event.key]());
    focus(document.activeElement.closest("#steps") !== null);
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a");
    const number = link && numberOf(link.getAttribute("href"));
    if (number === null) return;
    event.preventDefault();
    conceal();
    choose(number);
    history.replaceState(null, "", `#step-${number}`);
    panels[number].scrollIntoView({ block: "nearest" });
  });
  for (const column of columns) {
    column.addEventListener("pointerenter", (event) => {
      if (event.pointerType !== "touch") reveal(Number(column.dataset.step), column);
    });
    column.addEventListener("pointerleave", conceal);
  }
  addEventListener("hashchange", () => {
    const number = numberOf(location.hash);
    if (number !== null) choose(number);
  });
  addEventListener("scroll", conceal, { passive: true });

  scroll.addEventListener("scroll", () => {
    for (const group of titles) group.style.transform = `translateX(${scroll.scrollLeft}px)`;
  }, { passive: true });

  document.documentElement.classList.add("live");
  const asked = numberOf(location.hash);
  choose(asked === null ? Number(body.dataset.chosen) : asked);
})();
