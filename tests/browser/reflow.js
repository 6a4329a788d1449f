// What large text or a narrow screen did to a page (WCAG 1.4.4, 1.4.10): text that is cut or under
// something else, controls that nobody reaches, what is seen by scrolling sideways only.
async () => {
  await new Promise((then) => requestAnimationFrame(() => requestAnimationFrame(then)));
  const problems = new Set();
  const all = [];
  const walk = (root) => {
    for (const e of root.querySelectorAll("*")) {
      all.push(e);
      if (e.shadowRoot) walk(e.shadowRoot);
    }
  };
  walk(document.body);
  const up = (e) => e.assignedSlot ?? e.parentElement ?? e.getRootNode().host ?? null;
  const seen = (e) => e.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  const name = (e) =>
    `<${e.localName}${e.dataset?.testid ? ` ${e.dataset.testid}` : ""}${
      typeof e.className === "string" && e.className ? ` .${e.className.trim()}` : ""
    }> in <${e.getRootNode().host?.localName ?? "page"}>`;
  const said = (text) => `“${text.trim().replace(/\s+/g, " ").slice(0, 40)}”`;

  // What is open over the page is all that can be used.
  const modals = all.filter((e) => e.matches("dialog:modal"));
  const modal = modals.at(-1) ?? null;
  const inside = (e, outer) => {
    for (let at = e; at; at = up(at)) if (at === outer) return true;
    return false;
  };
  const shown = all.filter((e) => seen(e) && (!modal || inside(e, modal)));

  const wide = document.scrollingElement.scrollWidth;
  if (wide > innerWidth) problems.add(`the page is ${wide} px wide`);
  for (const e of shown) {
    const { overflowX } = getComputedStyle(e);
    if (!["auto", "scroll"].includes(overflowX) || e.scrollWidth <= e.clientWidth + 1) continue;
    // A strip of pictures is for that, and so is a field that one writes in.
    if (e.matches(".photos, input, textarea")) continue;
    const right = e.getBoundingClientRect().right;
    const out = shown.filter((c) => c !== e && inside(c, e) && c.getBoundingClientRect().right > right + 1);
    const far = out.at(-1);
    problems.add(
      `scrolls sideways (${e.scrollWidth} in ${e.clientWidth}): ${name(e)}, for ${far ? name(far) : "?"}`,
    );
  }

  const meet = (a, b) => ({
    left: Math.max(a.left, b.left),
    right: Math.min(a.right, b.right),
    top: Math.max(a.top, b.top),
    bottom: Math.min(a.bottom, b.bottom),
  });
  const size = (r) => [r.right - r.left, r.bottom - r.top];
  const empty = (r) => size(r).some((n) => n <= 1);
  const plain = ({ left, right, top, bottom }) => ({ left, right, top, bottom });

  /**
   * The part of a rectangle that can be seen, and which of it nobody can see: `cut` sideways or
   * below, by an ancestor that hides what does not fit or by the edge of the screen.
   */
  const look = (e, rect) => {
    let part = plain(rect);
    let cut = "";
    let [scrollsX, scrollsY, fixed, layer] = [false, false, false, null];
    for (let at = e; at; at = up(at)) {
      const style = getComputedStyle(at);
      if (at !== document.documentElement && at !== document.body) {
        const box = at.getBoundingClientRect();
        const clips = { x: style.overflowX !== "visible", y: style.overflowY !== "visible" };
        if (style.display !== "inline" && style.display !== "contents" && (clips.x || clips.y)) {
          const meant =
            style.textOverflow === "ellipsis" || !["none", ""].includes(style.webkitLineClamp);
          const hides = (how) => ["hidden", "clip"].includes(how);
          if (!meant && hides(style.overflowX) && !scrollsX)
            if (part.right > box.right + 2 || part.left < box.left - 2) cut ||= `by ${name(at)}`;
          if (!meant && hides(style.overflowY) && !scrollsY)
            if (part.bottom > box.bottom + 3 || part.top < box.top - 3)
              cut ||= `in its height by ${name(at)}`;
          scrollsX ||= ["auto", "scroll"].includes(style.overflowX);
          scrollsY ||= ["auto", "scroll"].includes(style.overflowY);
          part = meet(part, box);
        }
      }
      if (["fixed", "sticky"].includes(style.position)) {
        layer ??= at;
        fixed ||= style.position === "fixed";
      }
      if (style.position === "fixed") break;
    }
    const screen = { left: 0, right: innerWidth, top: 0, bottom: innerHeight };
    if (part.right > screen.right + 1 || part.left < -1) cut ||= "by the edge of the screen";
    if (fixed && !scrollsY && (part.bottom > screen.bottom + 1 || part.top < -1))
      cut ||= "above or below the screen";
    return { part, cut, layer };
  };

  // For those who hear the page, or a picture.
  const invisible = (e) => {
    for (let at = e; at; at = up(at))
      if (at.matches("noscript, option, .icon") || getComputedStyle(at).clipPath === "inset(50%)")
        return true;
    return false;
  };
  const texts = [];
  for (const e of shown) {
    if (invisible(e)) continue;
    for (const node of e.childNodes) {
      if (node.nodeType !== Node.TEXT_NODE || !node.data.trim()) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      for (const rect of range.getClientRects()) {
        if (empty(rect)) continue;
        const { part, cut, layer } = look(e, rect);
        if (cut) problems.add(`cut ${cut}: ${said(node.data)} in ${name(e)}`);
        if (!empty(part)) texts.push({ e, part, layer, text: node.data });
      }
    }
  }
  const controls = [];
  for (const e of shown) {
    if (!e.matches("button, a[href], input:not([type=file], [type=hidden]), select, textarea"))
      continue;
    if (invisible(e)) continue;
    const rect = e.getBoundingClientRect();
    if (empty(rect)) continue;
    const { part, cut, layer } = look(e, rect);
    if (cut) problems.add(`out of reach ${cut}: ${name(e)} ${said(e.textContent)}`);
    const inline = getComputedStyle(e).display === "inline";
    if (!empty(part) && !inline) controls.push({ e, part, layer, text: e.textContent });
  }

  // What scrolls may pass below what stays: only what is in the same layer must be apart.
  const apart = (a, b, most) => {
    const [width, height] = size(meet(a.part, b.part));
    return a.layer !== b.layer || width <= most || height <= most;
  };
  // A field may leave room for a button in it.
  const kept = (field, { part }) =>
    field.e.localName === "input" &&
    parseFloat(getComputedStyle(field.e).paddingRight) >= field.part.right - part.left;
  for (const [index, one] of texts.entries()) {
    for (const other of texts.slice(index + 1)) {
      const lineHeight = Math.min(size(one.part)[1], size(other.part)[1]);
      if (one.e === other.e || apart(one, other, Math.max(3, lineHeight / 3))) continue;
      problems.add(
        `text on text: ${said(one.text)} in ${name(one.e)}, ${said(other.text)} in ${name(other.e)}`,
      );
    }
    for (const other of controls) {
      if (inside(one.e, other.e) || inside(other.e, one.e) || apart(one, other, 4)) continue;
      problems.add(`text under a control: ${said(one.text)} in ${name(one.e)}, ${name(other.e)}`);
    }
  }
  for (const [index, one] of controls.entries())
    for (const other of controls.slice(index + 1))
      if (
        !inside(one.e, other.e) &&
        !inside(other.e, one.e) &&
        !apart(one, other, 4) &&
        !kept(one, other) &&
        !kept(other, one)
      )
        problems.add(`controls over one another: ${name(one.e)}, ${name(other.e)}`);
  return [...problems];
}
