// @ts-check
import { LitElement, css, html } from "/web/vendor/lit.js";
import { announce } from "/web/lib/a11y.js";
import { shared } from "/web/components/styles.js";

/** How long a finger rests on the button before it is meant. */
const HOLD_MS = 450;

/**
 * A button for what binds at once and cannot be taken back: it is held, so that no stray tap does
 * it. A key that is pressed is no stray one.
 *
 * @property {boolean} disabled
 * @property {string} label  for screen readers
 * @fires held  it was meant
 */
export class LsHoldButton extends LitElement {
  static properties = {
    disabled: { type: Boolean },
    label: {},
    holding: { type: Boolean, reflect: true },
  };

  constructor() {
    super();
    this.disabled = false;
    this.label = "";
    this.holding = false;
    this.timer = 0;
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#end();
  }

  /** @param {PointerEvent} event */
  #begin(event) {
    if (this.disabled || event.button !== 0) return;
    /** @type {HTMLElement} */ (event.currentTarget).setPointerCapture(event.pointerId);
    this.holding = true;
    this.timer = window.setTimeout(() => {
      this.#end();
      this.#meant();
    }, HOLD_MS);
  }

  #end() {
    clearTimeout(this.timer);
    this.timer = 0;
    this.holding = false;
  }

  #let() {
    if (this.timer) announce("Hold the button to bid.", "polite");
    this.#end();
  }

  #meant() {
    navigator.vibrate?.(30);
    this.dispatchEvent(new Event("held"));
  }

  /** A click without a pointer is of a key or a screen reader. @param {MouseEvent} event */
  #click(event) {
    if (event.detail === 0 && !this.disabled) this.#meant();
  }

  render() {
    return html`<button
      class="btn primary block"
      data-testid="bid"
      aria-label=${this.label}
      ?disabled=${this.disabled}
      @pointerdown=${this.#begin}
      @pointerup=${this.#let}
      @pointercancel=${this.#end}
      @contextmenu=${(/** @type {Event} */ e) => e.preventDefault()}
      @click=${this.#click}
    >
      <i></i><span><slot></slot></span>
    </button>`;
  }

  static styles = [
    shared,
    css`
      :host {
        display: block;
      }
      .btn {
        position: relative;
        overflow: hidden;
        min-height: 3.25rem;
        font-size: var(--t-l);
        overflow-wrap: anywhere;
        touch-action: none;
      }
      span {
        position: relative;
      }
      i {
        position: absolute;
        inset: 0;
        background: var(--on-accent);
        opacity: 0.28;
        transform: scaleX(0);
        transform-origin: left;
      }
      :host([holding]) i {
        transform: none;
        transition: transform 450ms linear;
      }
    `,
  ];
}
customElements.define("ls-hold-button", LsHoldButton);
