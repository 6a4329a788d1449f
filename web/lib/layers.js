// @ts-check
/**
 * What is open over the page: modal dialogs, one in another.
 *
 * What is outside of the innermost one is inert: nobody can tap it and no screen reader speaks it.
 * So what is for everybody (toasts, live regions) moves into it.
 *
 * Each dialog is also a step of the history, so that Back closes it and stays on the page. When it
 * is closed in another way the step stays, for the next one: to take it back would end a navigation
 * that has just begun. Back passes over steps for which nothing is open.
 */

/** @typedef {{root: HTMLDialogElement, close: () => void}} Layer */

/** @fires change  another dialog is the innermost one, or the notice is another */
class Layers extends EventTarget {
  /** What the page says above its content, for who sees a dialog in front of it. */
  notice = "";
  /** @type {Layer[]} */
  #open = [];
  #settling = 0;
  /** What had the focus before the first dialog. @type {HTMLElement | null} */
  #from = null;
  /** The step at which the history was when we last looked. */
  #at = 0;

  constructor() {
    super();
    this.#at = this.#depth;
    addEventListener("popstate", () => this.#moved());
  }

  /** Where it can be seen and heard by everybody now. @returns {HTMLElement} */
  get root() {
    return this.#open.at(-1)?.root ?? document.body;
  }

  /**
   * A modal dialog was opened. `close` is called when Back is to close it.
   *
   * @param {Layer} layer
   */
  opened(layer) {
    if (!this.#open.length) this.#from = focused();
    this.#open.push(layer);
    this.#changed();
  }

  /** It was closed, or is not in the page any more. @param {HTMLElement} root */
  closed(root) {
    const before = this.#open.length;
    this.#open = this.#open.filter((layer) => layer.root !== root);
    if (this.#open.length < before) this.#changed();
  }

  /** @param {string} notice */
  tell(notice) {
    if (notice === this.notice) return;
    this.notice = notice;
    this.dispatchEvent(new Event("change"));
  }

  /** For how many dialogs the history has steps until here. @returns {number} */
  get #depth() {
    return history.state?.layers ?? 0;
  }

  #changed() {
    this.#cover();
    this.dispatchEvent(new Event("change"));
    // In a task of its own: one dialog often closes because another opens.
    clearTimeout(this.#settling);
    this.#settling = window.setTimeout(() => this.#settle());
  }

  /** What is behind a dialog stays where it is (`styles/base.css`). */
  #cover() {
    const { classList, clientWidth } = document.documentElement;
    const covered = this.#open.length > 0;
    if (covered === classList.contains("covered")) return;
    // Where a scrollbar has a place of its own, the page must not grow into it.
    classList.toggle("gutter", covered && innerWidth > clientWidth);
    classList.toggle("covered", covered);
  }

  #settle() {
    for (let depth = this.#depth + 1; depth <= this.#open.length; depth++)
      history.pushState({ ...history.state, layers: depth }, "");
    this.#at = this.#depth;
    // Several that close at once give the focus back in the wrong order.
    if (!this.#open.length && document.activeElement === document.body) this.#from?.focus();
  }

  #moved() {
    const back = this.#depth < this.#at;
    this.#at = this.#depth;
    // A step forward finds nothing to open again: what was in the dialog is not known.
    if (!back) return;
    // One that is shut already is still among the open ones until its `close` event was heard.
    const innermost = this.#open.findLast((layer) => layer.root.open);
    if (innermost) innermost.close();
    else history.go(-(this.#at + 1));
  }
}

/** What has the focus, in whatever shadow. @returns {HTMLElement | null} */
function focused() {
  let at = document.activeElement;
  while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
  return at instanceof HTMLElement && at !== document.body ? at : null;
}

export const layers = new Layers();
