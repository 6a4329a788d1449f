// @ts-check
import { LitElement, css, html } from "/web/vendor/lit.js";
import { shared } from "/web/components/styles.js";

/**
 * A button for keyboards, out of sight until it has the focus: over what comes first on every page,
 * to what the page is for.
 *
 * @property {string} to  selector in the page element; the focus goes there
 * @property {string} text
 */
export class LsSkip extends LitElement {
  static properties = { to: {}, text: {} };

  constructor() {
    super();
    this.to = "main";
    this.text = "Skip to the content";
  }

  #go() {
    const page = document.body.firstElementChild?.shadowRoot;
    const target = /** @type {HTMLElement | null | undefined} */ (page?.querySelector(this.to));
    if (!target) return;
    // It is no tab stop of its own.
    if (!target.hasAttribute("tabindex")) target.tabIndex = -1;
    target.focus();
  }

  render() {
    return html`<button class="btn primary" type="button" data-testid="skip" @click=${this.#go}>
      ${this.text}
    </button>`;
  }

  static styles = [
    shared,
    css`
      :host {
        position: absolute;
        top: var(--s-2);
        left: var(--s-2);
        z-index: 11;
      }
      button:not(:focus) {
        position: absolute;
        min-width: 0;
        min-height: 0;
        width: 1px;
        height: 1px;
        padding: 0;
        border: 0;
        overflow: hidden;
        clip-path: inset(50%);
        white-space: nowrap;
      }
    `,
  ];
}
customElements.define("ls-skip", LsSkip);
