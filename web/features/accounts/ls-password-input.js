// @ts-check
import { LitElement, css, html } from "/web/vendor/lit.js";
import { icon } from "/web/lib/icons.js";
import { shared } from "/web/components/styles.js";

/**
 * Shows and hides what is typed into a slotted password field.
 *
 * @slot - an `ls-field` with one password input
 */
export class LsPasswordInput extends LitElement {
  static properties = { shown: { state: true } };

  constructor() {
    super();
    this.shown = false;
  }

  #turn() {
    this.shown = !this.shown;
    const input = this.querySelector("input");
    if (!input) return;
    input.type = this.shown ? "text" : "password";
    input.focus();
  }

  render() {
    return html`<slot></slot>
      <button
        type="button"
        class="btn quiet icon-only"
        aria-label="Show password"
        aria-pressed=${this.shown ? "true" : "false"}
        data-testid="password-visibility"
        @click=${this.#turn}
      >
        ${icon("eye")}
      </button>`;
  }

  static styles = [
    shared,
    css`
      :host {
        position: relative;
      }
      /* Beside the input: below the label's line, whatever hint or error follows. */
      button {
        position: absolute;
        right: 0.1rem;
        top: calc(var(--t-s) * 1.45 + var(--s-1));
      }
      /* What is typed ends before it. */
      ::slotted(*) {
        --room: calc(var(--tap) + var(--s-2));
      }
      .btn[aria-pressed="true"] {
        background: transparent;
        color: var(--accent-ink);
        border-color: transparent;
      }
    `,
  ];
}
customElements.define("ls-password-input", LsPasswordInput);
