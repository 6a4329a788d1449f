// @ts-check
import { LitElement, css, html } from "/web/vendor/lit.js";
import { addressLines, learnParts } from "/web/lib/addresses.js";
import { page } from "/web/components/page-styles.js";
import { shared } from "/web/components/styles.js";
import "/web/components/ls-address-form.js";

/** @typedef {import("/web/lib/protocol.js").Address} Address */

/**
 * Where a checkout's parcels go: the saved address to agree to, or another one to write.
 *
 * @property {Address | null} saved
 * @property {import("/web/lib/api.js").ApiError | null} problem
 */
export class LsShipTo extends LitElement {
  static properties = {
    saved: { attribute: false },
    problem: { attribute: false },
    writing: { state: true },
  };

  constructor() {
    super();
    /** @type {Address | null} */
    this.saved = null;
    /** @type {import("/web/lib/api.js").ApiError | null} */
    this.problem = null;
    this.writing = false;
  }

  /** @param {import("/web/vendor/lit.js").PropertyValues} changed */
  willUpdate(changed) {
    if (changed.has("saved") && this.saved)
      learnParts(this.saved.country).then(() => this.requestUpdate());
    // Once there is something to correct the fields stay, also while they are being sent.
    this.writing ||= Boolean(this.problem?.errors.length);
  }

  get #form() {
    return /** @type {import("/web/components/ls-address-form.js").LsAddressForm | null} */ (
      this.renderRoot.querySelector("ls-address-form")
    );
  }

  /** The address to send to, or null after saying what is missing. @returns {Address | null} */
  take() {
    const form = this.#form;
    if (!form) return this.saved;
    return form.check() ? form.read() : null;
  }

  /** Send what was written. @template T @param {() => Promise<T>} send */
  send(send) {
    return this.#form ? this.#form.send(send) : send();
  }

  /** Whether the address is to be kept for the next time. */
  get keep() {
    return (
      /** @type {HTMLInputElement | null} */ (this.renderRoot.querySelector("#keep"))?.checked ??
      false
    );
  }

  render() {
    const { saved } = this;
    const write = this.writing || !saved;
    return html`<h2 class="display">Ship to</h2>
      ${
        write
          ? html`<ls-address-form .address=${saved} .problem=${this.problem}></ls-address-form>
              <label class="keep"
                ><input id="keep" type="checkbox" checked data-testid="address-keep" /> Remember it
                for the next time</label
              >`
          : html`<address data-testid="saved-address">
                ${addressLines(/** @type {Address} */ (saved)).map(
                  (line) => html`<span>${line}</span>`,
                )}
              </address>
              <button
                class="btn compact"
                @click=${() => (this.writing = true)}
                data-testid="address-change"
              >
                Another address
              </button>`
      }`;
  }

  static styles = [
    shared,
    page,
    css`
      :host {
        display: grid;
        gap: var(--s-3);
        justify-items: start;
      }
      ls-address-form {
        width: 100%;
      }
      address {
        display: grid;
        font-style: normal;
      }
      address span:first-child {
        font-weight: var(--w-bold);
      }
      .keep {
        display: flex;
        align-items: center;
        gap: var(--s-3);
        min-height: var(--tap);
        cursor: pointer;
      }
      .keep input {
        width: 1.25rem;
        height: 1.25rem;
        accent-color: var(--accent);
      }
    `,
  ];
}
customElements.define("ls-ship-to", LsShipTo);
