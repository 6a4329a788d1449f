// Looks through every shadow tree at what is rendered; returns what is wrong with it.
(width) => {
  const problems = [];
  const all = [];
  const walk = (root) => {
    for (const e of root.querySelectorAll("*")) { all.push(e); if (e.shadowRoot) walk(e.shadowRoot); }
  };
  walk(document.body);
  const up = (e) => e.assignedSlot ?? e.parentElement ?? e.getRootNode().host ?? null;
  const seen = (e) => e.getClientRects().length > 0 && e.checkVisibility({ visibilityProperty: true });
  const label = (e) => `<${e.localName}${e.dataset.testid ? ` ${e.dataset.testid}` : ""}${e.className && typeof e.className === "string" ? ` .${e.className.trim()}` : ""}> in <${e.getRootNode().host?.localName ?? "page"}> “${(e.textContent ?? "").trim().slice(0, 30)}”`;
  const hidden = (e) => { const r = e.getBoundingClientRect(); return r.width <= 1 && r.height <= 1; };
  const touch = matchMedia("(pointer: coarse)").matches;

  const page = document.scrollingElement;
  if (page.scrollWidth > width) problems.push(`the page is ${page.scrollWidth} px wide`);
  const titles = all.filter((e) => e.localName === "h1" && seen(e));
  if (titles.length !== 1) problems.push(`${titles.length} h1: ${titles.map(label)}`);
  else if (!titles[0].textContent.trim()) problems.push("an empty h1");
  if (!document.title.replace("· liveshow", "").trim() || /undefined|null|NaN/.test(document.title)) problems.push(`the title is “${document.title}”`);
  for (const e of all) {
    if (!seen(e)) continue;
    const box = e.getBoundingClientRect();
    const style = getComputedStyle(e);
    const tapped = e.matches("button, a.btn, select, [role=tab], input:not([type=checkbox], [type=radio], [type=file]), textarea");
    if (e.localName === "img") {
      if (!e.hasAttribute("alt")) problems.push(`no alt: ${label(e)}`);
      if (e.complete && !e.naturalWidth) problems.push(`not loaded: ${e.src}`);
    }
    if (e.matches("button, a[href]")) {
      const name = e.getAttribute("aria-label") || e.title || e.innerText || [...e.querySelectorAll("*")].map((c) => c.shadowRoot?.textContent ?? c.getAttribute("aria-label") ?? "").join("").trim();
      if (!name) problems.push(`no name: ${label(e)} ${e.outerHTML.slice(0, 80)}`);
    }
    if (e.matches("input:not([type=checkbox], [type=radio], [type=file]), select, textarea")) {
      const named = e.getAttribute("aria-label") || e.labels?.length || e.getAttribute("aria-labelledby");
      if (!named && !e.closest("ls-field")) problems.push(`no label: ${label(e)}`);
      if (touch && parseFloat(style.fontSize) < 16) problems.push(`${style.fontSize} in ${label(e)}`);
    }
    if (touch && tapped && !hidden(e)) {
      if (box.height < 40) problems.push(`${Math.round(box.height)} px high: ${label(e)}`);
      if (e.matches(".icon-only") && box.width < 40) problems.push(`${Math.round(box.width)} px wide: ${label(e)}`);
    }
    // Out of sight at the side, or scrolls sideways although it is not a strip for that.
    if ((tapped || e.localName === "a") && !hidden(e) && (box.right > width + 1 || box.left < -1)) {
      let scroller = up(e);
      while (scroller && !["auto", "scroll"].includes(getComputedStyle(scroller).overflowX)) scroller = up(scroller);
      if (!scroller || scroller === document.documentElement || scroller.scrollWidth <= scroller.clientWidth) problems.push(`beside the screen (${Math.round(box.left)}–${Math.round(box.right)}): ${label(e)}`);
    }
    if (e.scrollWidth > e.clientWidth + 1 && style.overflowX === "auto" && style.overflowY === "auto" && e.clientHeight > 100 && !e.matches("nav, [role=tablist], .photos")) {
      problems.push(`scrolls sideways (${e.scrollWidth} in ${e.clientWidth}): ${label(e)}`);
    }
  }
  return [...new Set(problems)];
}
