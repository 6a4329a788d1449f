// @ts-check
/** What was pressed with the keyboard may be gone afterwards: the focus goes on nearby. */

const FOCUSABLE = "button:not(:disabled), a[href], input, select, textarea, [tabindex='0']";

/**
 * The first thing in an element that can have the focus, in the shadow trees below it, too.
 *
 * @param {Element} at
 * @returns {HTMLElement | null}
 */
function firstIn(at) {
  if (at.matches(FOCUSABLE) && at.checkVisibility()) return /** @type {HTMLElement} */ (at);
  for (const child of [...(at.shadowRoot?.children ?? []), ...at.children]) {
    const found = firstIn(child);
    if (found) return found;
  }
  return null;
}

/**
 * Keeps the focus in a component whose buttons come, go and move. A browser drops it to the page
 * when the element that has it is taken out, and whoever uses the keyboard begins anew.
 */
export class KeepFocus {
  /** @param {import("/web/vendor/lit.js").ReactiveElement} host */
  constructor(host) {
    this.host = host;
    /** What has the focus by the keyboard. @type {HTMLElement | null} */
    this.had = null;
    /** What it stands in, from the inside. @type {Element[]} */
    this.around = [];
    host.addController(this);
  }

  hostUpdate() {
    const root = /** @type {ShadowRoot} */ (this.host.renderRoot);
    const at = /** @type {HTMLElement | null} */ (root?.activeElement ?? null);
    // A finger that taps wants no keyboard to come up.
    this.had = at?.matches(":focus-visible") ? at : null;
    this.around = [];
    for (let up = this.had?.parentElement; up; up = up.parentElement) this.around.push(up);
  }

  hostUpdated() {
    const { had } = this;
    if (!had || document.activeElement !== document.body) return;
    // What is below renders a moment later.
    requestAnimationFrame(() => {
      if (document.activeElement !== document.body) return;
      const place = this.around.find((element) => element.isConnected) ?? this.host;
      const still = had.isConnected && had.matches(FOCUSABLE) ? had : null;
      (still ?? firstIn(place) ?? firstIn(this.host))?.focus();
    });
  }
}
