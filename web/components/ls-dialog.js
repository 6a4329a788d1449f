// @ts-check
import { LitElement, css, html, nothing } from "/web/vendor/lit.js";
import { icon } from "/web/lib/icons.js";
import { layers } from "/web/lib/layers.js";
import { shared } from "/web/components/styles.js";

/**
 * A modal over the page, on a native `<dialog>`: focus stays inside, Escape, Back and a tap outside
 * close it.
 * On a phone a `sheet` comes from below; from 700 px on it is a box in the middle.
 *
 * @property {boolean} open
 * @property {string} heading  shown at the top and its accessible name
 * @property {"sheet" | "side"} variant  side: a panel at the right edge on wide screens
 * @property {boolean} plain  without heading bar; the content brings its own
 * @fires close  when it was closed by the user; the owner then sets `open` to false
 * @slot - the content
 * @slot footer  actions, always visible at the bottom
 */
export class LsDialog extends LitElement {
  static properties = {
    open: { type: Boolean, reflect: true },
    heading: {},
    variant: { reflect: true },
    plain: { type: Boolean },
  };

  constructor() {
    super();
    this.open = false;
    this.heading = "";
    this.variant = "sheet";
    this.plain = false;
  }

  /** What the page says behind it is said here too. */
  #told = () => this.requestUpdate();

  connectedCallback() {
    super.connectedCallback();
    layers.addEventListener("change", this.#told);
  }

  get #dialog() {
    return /** @type {HTMLDialogElement | null} */ (this.renderRoot.querySelector("dialog"));
  }

  /** @param {import("/web/vendor/lit.js").PropertyValues} changed */
  updated(changed) {
    if (!changed.has("open")) return;
    const dialog = this.#dialog;
    if (this.open && dialog && !dialog.open) {
      dialog.showModal();
      layers.opened({ root: dialog, close: () => dialog.close() });
    }
    if (!this.open && dialog) {
      dialog.close();
      layers.closed(dialog);
    }
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    layers.removeEventListener("change", this.#told);
    const dialog = this.#dialog;
    dialog?.close();
    if (dialog) layers.closed(dialog);
  }

  #closed() {
    if (!this.open) return;
    this.open = false;
    this.dispatchEvent(new Event("close"));
  }

  /** @param {MouseEvent} event */
  #outside(event) {
    // The dialog's own box is filled by .box, so a click on the element itself is on the backdrop.
    if (event.target === this.#dialog) this.#dialog?.close();
  }

  render() {
    return html`<dialog
      aria-label=${this.heading || nothing}
      @close=${this.#closed}
      @mousedown=${this.#outside}
    >
      <div class="box">
        ${
          this.open && layers.notice
            ? html`<p class="notice" role="status" data-testid="dialog-notice">${layers.notice}</p>`
            : nothing
        }
        ${
          this.plain
            ? nothing
            : html`<div class="bar">
                <h2 class="display">${this.heading}</h2>
                <button
                  class="btn quiet icon-only"
                  type="button"
                  aria-label="Close"
                  @click=${() => this.#dialog?.close()}
                >
                  ${icon("close")}
                </button>
              </div>`
        }
        <div class="body"><slot></slot></div>
        <slot name="footer"></slot>
      </div>
    </dialog>`;
  }

  static styles = [
    shared,
    css`
      :host {
        display: contents;
      }
      .notice {
        flex: none;
        padding: var(--s-2) var(--s-4);
        background: var(--warn-soft);
        color: var(--warn-ink);
        font-size: var(--t-s);
        font-weight: var(--w-bold);
        text-align: center;
        text-wrap: balance;
      }
      dialog {
        position: fixed;
        inset: auto 0 0;
        width: 100%;
        max-width: none;
        max-height: 88dvh;
        margin: 0;
        padding: 0;
        border: 0;
        background: var(--surface);
        color: var(--ink);
        border-radius: var(--r-l) var(--r-l) 0 0;
        box-shadow: var(--shadow-3);
        overflow: hidden;
        overscroll-behavior: contain;
      }
      dialog[open] {
        display: flex;
        animation: rise var(--calm) var(--ease);
      }
      dialog:focus-visible {
        outline: none;
        border-radius: var(--r-l) var(--r-l) 0 0;
      }
      dialog::backdrop {
        background: var(--scrim);
      }
      .box {
        display: flex;
        flex-direction: column;
        width: 100%;
        max-height: inherit;
        min-height: 0;
      }
      .bar {
        display: flex;
        align-items: center;
        gap: var(--s-3);
        padding: var(--s-3) var(--s-3) var(--s-2) var(--s-5);
      }
      h2 {
        flex: 1;
        font-size: var(--t-xl);
      }
      .body {
        flex: 1;
        min-height: 0;
        overflow: auto;
        --end: max(var(--s-5), env(safe-area-inset-bottom));
        padding: var(--s-2) var(--s-5) var(--end);
        overscroll-behavior: contain;
      }
      ::slotted([slot="footer"]) {
        display: flex;
        gap: var(--s-3);
        padding: var(--s-3) var(--s-5) max(var(--s-4), env(safe-area-inset-bottom));
        border-top: 1px solid var(--line);
        background: var(--surface);
      }
      @keyframes rise {
        from {
          transform: translateY(2rem);
          opacity: 0;
        }
      }
      @media (min-width: 700px) {
        dialog {
          inset: 0;
          margin: auto;
          width: min(34rem, 92vw);
          height: fit-content;
          border-radius: var(--r-l);
        }
        dialog:focus-visible {
          border-radius: var(--r-l);
        }
        :host([variant="side"]) dialog {
          inset: 0 0 0 auto;
          margin: 0;
          width: min(28rem, 92vw);
          height: 100dvh;
          max-height: none;
          border-radius: var(--r-l) 0 0 var(--r-l);
        }
      }
    `,
  ];
}
customElements.define("ls-dialog", LsDialog);
