// @ts-check
import { LitElement, css, html, nothing, repeat } from "/web/vendor/lit.js";
import { announce } from "/web/lib/a11y.js";
import { icon } from "/web/lib/icons.js";
import { explain } from "/web/lib/words.js";
import { shared } from "/web/components/styles.js";

/**
 * @typedef {{
 *   tone?: "plain" | "ok" | "bad" | "warn", action?: string, run?: () => void, seconds?: number
 * }}
 *   ToastOptions
 */
/** @typedef {{id: number, text: string, tone: string, action: string, run?: () => void}} Toast */

const AT_MOST = 3;

/** The region of short messages; one per page, made by the first `toast()`. */
class LsToast extends LitElement {
  static properties = { toasts: { state: true } };

  constructor() {
    super();
    /** @type {Toast[]} */
    this.toasts = [];
    this.next = 1;
  }

  /** @param {string} text @param {ToastOptions} options */
  add(text, { tone = "plain", action = "", run, seconds = action ? 8 : 5 }) {
    const toast = { id: this.next++, text, tone, action, run };
    // The same words again replace the former; of more than a few the oldest goes.
    this.toasts = [...this.toasts.filter((t) => t.text !== text), toast].slice(-AT_MOST);
    this.#lift();
    setTimeout(() => this.dismiss(toast.id), seconds * 1000);
    announce(text, tone === "bad" ? "assertive" : "polite");
  }

  /** A popover is above open dialogs only when it was shown after them. */
  #lift() {
    if (this.matches(":popover-open")) this.hidePopover();
    this.showPopover();
  }

  /** @param {number} id */
  dismiss(id) {
    this.toasts = this.toasts.filter((t) => t.id !== id);
    if (!this.toasts.length && this.matches(":popover-open")) this.hidePopover();
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
          ${
            t.action
              ? html`<button class="act" data-testid="toast-action" @click=${() => this.#act(t)}>
                  ${t.action}
                </button>`
              : nothing
          }
          <button class="x" aria-label="Dismiss" @click=${() => this.dismiss(t.id)}>
            ${icon("close")}
          </button>
        </div>`,
    );
  }

  static styles = [
    shared,
    css`
      :host {
        position: fixed;
        inset: calc(4.25rem + env(safe-area-inset-top)) 0 auto;
        margin: 0 auto;
        width: min(26rem, 100vw - 1.5rem);
        padding: 0;
        border: 0;
        background: none;
        overflow: visible;
      }
      :host(:popover-open) {
        display: grid;
        gap: var(--s-2);
      }
      :host(:not(:popover-open)) {
        display: none;
      }
      .toast {
        display: flex;
        align-items: center;
        gap: var(--s-3);
        padding: var(--s-1) var(--s-1) var(--s-1) var(--s-4);
        min-height: 3.25rem;
        border-radius: var(--r-m);
        background: var(--ink);
        color: var(--paper);
        box-shadow: var(--shadow-3);
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
        padding: var(--s-2) 0;
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

/**
 * Show a short message, with one action at most (such as "Undo").
 *
 * @param {string} text
 * @param {ToastOptions} [options]
 */
export function toast(text, options = {}) {
  let region = /** @type {LsToast | null} */ (document.querySelector("ls-toast"));
  if (!region) {
    region = new LsToast();
    region.setAttribute("popover", "manual");
    document.body.append(region);
  }
  region.add(text, options);
}

/** Show what went wrong and what to do next. @param {unknown} error */
export function toastError(error) {
  if (error instanceof Error && error.name !== "ApiError") console.error(error);
  toast(explain(error), { tone: "bad", seconds: 7 });
}
