// @ts-check
import { LitElement, css, html, nothing, repeat } from "/web/vendor/lit.js";
import { announce } from "/web/lib/a11y.js";
import { icon } from "/web/lib/icons.js";
import { layers } from "/web/lib/layers.js";
import { explain } from "/web/lib/words.js";
import { shared } from "/web/components/styles.js";

/**
 * @typedef {{
 *   tone?: "plain" | "ok" | "bad" | "warn", action?: string, run?: () => void, seconds?: number
 * }}
 *   ToastOptions
 */
/**
 * `left`: for how long it still stands, ms; it began to at `since`.
 *
 * @typedef {{
 *   id: number, text: string, tone: string, action: string, run?: () => void, left: number,
 *   since: number, timer: number
 * }} Toast
 */

const AT_MOST = 3;
/** After pointer and focus have left it, a message stands this long at least. */
const AT_LEAST_MS = 2_000;

/**
 * The region of short messages; one per page, made by the first `toast()`.
 *
 * It is always over everything, in the innermost dialog if one is open: outside of it nothing can
 * be used. No message goes while a pointer or the focus is on one.
 */
class LsToast extends LitElement {
  static properties = { toasts: { state: true } };

  constructor() {
    super();
    /** @type {Toast[]} */
    this.toasts = [];
    this.next = 1;
    this.held = false;
    /** A mouse or a pen came over it. */
    this.pointed = false;
    /** What had the focus before a message. @type {HTMLElement | null} */
    this.opener = null;
    layers.addEventListener("change", () => this.#lift());
    // A finger that has left is over nothing, whatever ":hover" says of it.
    this.addEventListener("pointerenter", ({ pointerType }) => {
      this.pointed = pointerType !== "touch";
      if (this.pointed) this.#hold(true);
    });
    this.addEventListener("pointerleave", () => {
      this.pointed = false;
      this.#hold(this.matches(":focus-within"));
    });
    this.addEventListener("focusin", (event) => {
      const from = event.relatedTarget;
      if (from instanceof HTMLElement && !this.contains(from)) this.opener = from;
      this.#hold(true);
    });
    this.addEventListener("focusout", () => this.#hold(this.#over));
  }

  /** @param {string} text @param {ToastOptions} options */
  add(text, { tone = "plain", action = "", run, seconds = action ? 8 : 5 }) {
    const toast = {
      id: this.next++,
      text,
      tone,
      action,
      run,
      left: seconds * 1000,
      since: 0,
      timer: 0,
    };
    // The same words again replace the former; of more than a few the oldest goes.
    this.toasts = [...this.toasts.filter((t) => t.text !== text), toast].slice(-AT_MOST);
    if (!this.held) this.#start(toast);
    this.#lift();
    announce(text, tone === "bad" ? "assertive" : "polite");
  }

  /** @param {Toast} toast */
  #start(toast) {
    toast.since = performance.now();
    toast.timer = window.setTimeout(() => this.dismiss(toast.id), toast.left);
  }

  /** Stop the clocks of all messages, or let them go on. @param {boolean} held */
  #hold(held) {
    if (held === this.held) return;
    this.held = held;
    for (const toast of this.toasts) {
      if (held) {
        clearTimeout(toast.timer);
        toast.left = Math.max(AT_LEAST_MS, toast.left - (performance.now() - toast.since));
      } else this.#start(toast);
    }
  }

  /** A popover is above open dialogs only when it was shown after them. */
  #lift() {
    if (!this.toasts.length) return;
    if (this.matches(":popover-open")) this.hidePopover();
    if (this.parentNode !== layers.root) layers.root.append(this);
    this.showPopover();
  }

  /** @param {number} id */
  dismiss(id) {
    const focused = this.matches(":focus-within");
    clearTimeout(this.toasts.find((t) => t.id === id)?.timer);
    this.toasts = this.toasts.filter((t) => t.id !== id);
    if (!this.toasts.length && this.matches(":popover-open")) this.hidePopover();
    if (focused) this.opener?.focus();
    this.#hold(this.toasts.length > 0 && (this.#over || this.matches(":focus-within")));
  }

  /** Whether a pointer rests on a message. */
  get #over() {
    return this.pointed && this.matches(":hover");
  }

  /** Take all messages away. */
  clear() {
    for (const { id } of this.toasts) this.dismiss(id);
  }

  /** @param {Toast} toast */
  #act(toast) {
    this.dismiss(toast.id);
    toast.run?.();
  }

  render() {
    return repeat(
      this.toasts,
      (t) => t.id,
      (t) =>
        html`<div class="toast ${t.tone}" data-testid="toast">
          ${
            t.tone === "ok"
              ? icon("check")
              : t.tone === "bad" || t.tone === "warn"
                ? icon("alert")
                : nothing
          }
          <span class="grow">${t.text}</span>
          <span class="do"
            >${
              t.action
                ? html`<button class="act" data-testid="toast-action" @click=${() => this.#act(t)}>
                    ${t.action}
                  </button>`
                : nothing
            }<button class="x" aria-label="Dismiss" @click=${() => this.dismiss(t.id)}>
              ${icon("close")}
            </button></span
          >
        </div>`,
    );
  }

  static styles = [
    shared,
    css`
      :host {
        position: fixed;
        inset: calc(4.25rem + var(--held, 0px) + var(--tools-row, 0px) + env(safe-area-inset-top)) 0
          auto;
        margin: 0 auto;
        /* Its shadow is within it, or it would be cut: what scrolls clips. */
        width: min(27.5rem, 100vw);
        padding: 0 var(--s-3) var(--s-6);
        pointer-events: none;
        border: 0;
        background: none;
        max-height: calc(100dvh - 5rem - var(--held, 0px) - var(--tools-row, 0px));
        overflow: visible auto;
        /* It is in the top layer; this is for tools that do not know of it. */
        z-index: 9;
      }
      :host(:popover-open) {
        display: grid;
        gap: var(--s-2);
      }
      :host(:not(:popover-open)) {
        display: none;
      }
      .toast {
        pointer-events: auto;
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--s-3);
        padding: var(--s-1) var(--s-1) var(--s-1) var(--s-4);
        min-height: 3.25rem;
        border-radius: var(--r-m);
        background: var(--ink);
        color: var(--paper);
        box-shadow: var(--shadow-2);
        line-height: 1.3;
        animation: in var(--calm) var(--ease);
      }
      .toast.ok {
        background: var(--ok);
        color: var(--on-ok);
      }
      .toast.bad {
        background: var(--bad);
        color: var(--on-bad);
      }
      .toast .grow {
        flex-basis: 8em;
        padding: var(--s-2) 0;
      }
      /* They stay together, at the end of whichever line has room. */
      .do {
        display: flex;
        margin-left: auto;
      }
      button {
        border: 0;
        background: none;
        cursor: pointer;
        min-height: var(--tap);
        min-width: var(--tap);
        color: inherit;
        border-radius: var(--r-s);
      }
      .act {
        font-weight: var(--w-bold);
        text-decoration: underline;
        text-underline-offset: 0.2em;
        padding: 0 var(--s-2);
        white-space: nowrap;
      }
      @keyframes in {
        from {
          transform: translateY(-0.5rem);
          opacity: 0;
        }
      }
    `,
  ];
}
customElements.define("ls-toast", LsToast);

/** @type {LsToast | null} */
let region = null;

/**
 * Show a short message, with one action at most (such as "Undo").
 *
 * @param {string} text
 * @param {ToastOptions} [options]
 */
export function toast(text, options = {}) {
  if (!region) {
    region = new LsToast();
    region.setAttribute("popover", "manual");
    region.setAttribute("role", "region");
    region.setAttribute("aria-label", "Messages");
    layers.root.append(region);
  }
  region.add(text, options);
}

/** Show what went wrong and what to do next. @param {unknown} error */
export function toastError(error) {
  if (error instanceof Error && error.name !== "ApiError") console.error(error);
  toast(explain(error), { tone: "bad", seconds: 7 });
}

/** Take away what was said so far: what comes instead says more. */
export function clearToasts() {
  region?.clear();
}
