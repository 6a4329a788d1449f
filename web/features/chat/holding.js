// @ts-check
/**
 * Whether the lines of a chat hold still: somebody aims at one of them, has its menu open, or
 * selects their text. What would move under the finger waits meanwhile.
 */

/** A mouse or a keyboard that has rested for so long does not aim at anything. */
const REST_MS = 10_000;
/** A finger that has just left may have hit, a wheel goes on: what follows comes right after. */
const LIFT_MS = 400;

/** @typedef {"finger" | "wheel" | "mouse" | "keyboard" | "menu" | "selection"} Reason */

export class Holding {
  /** @type {Set<Reason>} */
  #reasons = new Set();
  /** @type {Map<Reason, ReturnType<typeof setTimeout>>} */
  #ends = new Map();
  #selecting = () => this.set("selection", selectedIn(this.root));
  #lifted = () => this.#lift();
  #listening = new AbortController();

  /**
   * @param {ShadowRoot} root  where the lines are
   * @param {() => void} released  called when nothing holds them any longer
   */
  constructor(root, released) {
    this.root = root;
    this.released = released;
    /** How far down the window the pointer was last, px. */
    this.y = 0;
  }

  get now() {
    return this.#reasons.size > 0;
  }

  /** Listen to the lines in `lines`, until `stop`. @param {HTMLElement} lines */
  start(lines) {
    this.#listening = new AbortController();
    const { signal } = this.#listening;
    /** @param {PointerEvent} event */
    const left = (event) => event.pointerType === "mouse" && this.set("mouse", false);
    /** @param {Event} event */
    const focused = ({ target }) => {
      // The keyboard is on a line; the lines as a whole only scroll.
      const line = /** @type {HTMLElement} */ (target);
      this.set("keyboard", line !== lines && line.matches(":focus-visible"), REST_MS);
    };
    document.addEventListener("selectionchange", this.#selecting, { signal });
    lines.addEventListener("pointerdown", (event) => this.#touch(event), { signal });
    lines.addEventListener("wheel", () => this.set("wheel", true, LIFT_MS), {
      signal,
      passive: true,
    });
    lines.addEventListener("pointermove", (event) => this.#move(event), { signal });
    lines.addEventListener("pointerleave", left, { signal });
    lines.addEventListener("focusin", focused, { signal });
    lines.addEventListener("keydown", (event) => focused(event), { signal });
    lines.addEventListener("focusout", () => this.set("keyboard", false), { signal });
  }

  stop() {
    this.#listening.abort();
    this.#forget();
  }

  /** Somebody wants to see what is new, whatever held it. */
  release() {
    const menu = this.#reasons.has("menu");
    this.#forget();
    if (menu) this.#reasons.add("menu");
  }

  /**
   * @param {Reason} reason
   * @param {boolean} holds
   * @param {number} [for_ms]  after which it does not any more
   */
  set(reason, holds, for_ms) {
    clearTimeout(this.#ends.get(reason));
    this.#ends.delete(reason);
    if (holds) {
      this.#reasons.add(reason);
      if (for_ms)
        this.#ends.set(
          reason,
          setTimeout(() => this.set(reason, false), for_ms),
        );
    } else if (this.#reasons.delete(reason) && !this.now) this.released();
  }

  #forget() {
    for (const end of this.#ends.values()) clearTimeout(end);
    this.#ends.clear();
    this.#reasons.clear();
    this.#unfollow();
  }

  /** @param {PointerEvent} event */
  #touch(event) {
    this.y = event.clientY;
    this.set("finger", true);
    // It may leave the lines before it is lifted.
    window.addEventListener("pointerup", this.#lifted);
    window.addEventListener("pointercancel", this.#lifted);
  }

  #lift() {
    this.#unfollow();
    this.set("finger", true, LIFT_MS);
  }

  #unfollow() {
    window.removeEventListener("pointerup", this.#lifted);
    window.removeEventListener("pointercancel", this.#lifted);
  }

  /** @param {PointerEvent} event */
  #move(event) {
    this.y = event.clientY;
    if (event.pointerType !== "mouse") return;
    const line = /** @type {HTMLElement} */ (event.target).closest("li");
    this.set("mouse", line !== null, REST_MS);
  }
}

/**
 * Whether text is selected in a shadow tree: browsers tell it in three ways.
 *
 * @param {ShadowRoot} root
 */
function selectedIn(root) {
  const selection = /** @type {any} */ (document.getSelection());
  const own = /** @type {any} */ (root).getSelection?.() ?? selection;
  const range = selection?.getComposedRanges?.({ shadowRoots: [root] })[0] ?? own;
  const [start, end] = [range?.startContainer ?? own?.anchorNode, range?.endContainer];
  if (!start || !root.contains(start)) return false;
  return range.collapsed === undefined
    ? own.type === "Range"
    : start !== end || range.startOffset !== range.endOffset;
}
