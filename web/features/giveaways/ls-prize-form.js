// @ts-check
import { LitElement, css, html, nothing } from "/web/vendor/lit.js";
import { ApiError, get, newKey, post } from "/web/lib/api.js";
import { explain } from "/web/lib/words.js";
import { shared } from "/web/components/styles.js";
import "/web/features/checkout/ls-ship-to.js";

/** @typedef {import("/web/lib/protocol.js").Address} Address */
/** @typedef {import("/web/features/checkout/ls-ship-to.js").LsShipTo} LsShipTo */

/**
 * Where whoever won says where the prize goes.
 *
 * @property {string} giveaway  its id
 * @fires claimed  `detail` is the id of the order
 */
export class LsPrizeForm extends LitElement {
  static properties = {
    giveaway: {},
    saved: { state: true },
    problem: { state: true },
    error: { state: true },
    busy: { state: true },
  };

  constructor() {
    super();
    this.giveaway = "";
    /** Not known yet, or the address of the account. @type {Address | null | undefined} */
    this.saved = undefined;
    /** @type {ApiError | null} */
    this.problem = null;
    this.error = "";
    this.busy = false;
    this.key = newKey();
  }

  async connectedCallback() {
    super.connectedCallback();
    const me = await get("/api/me").catch(() => null);
    this.saved = me?.address ?? null;
  }

  async #claim() {
    const where = /** @type {LsShipTo | null} */ (this.renderRoot.querySelector("ls-ship-to"));
    const address = where?.take();
    if (!where || !address || this.busy) return;
    this.busy = true;
    this.error = "";
    this.problem = null;
    try {
      const path = `/api/giveaways/${encodeURIComponent(this.giveaway)}/claim`;
      const { order } = await where.send(() => post(path, { key: this.key, address }));
      this.dispatchEvent(new CustomEvent("claimed", { detail: order }));
    } catch (error) {
      // Another address is another question.
      this.key = newKey();
      this.problem = error instanceof ApiError ? error : null;
      this.error = explain(error);
    } finally {
      this.busy = false;
    }
  }

  render() {
    if (this.saved === undefined) return nothing;
    return html`<ls-ship-to .saved=${this.saved} .problem=${this.problem}></ls-ship-to>
      ${this.error ? html`<p class="failed" role="alert">${this.error}</p>` : nothing}
      <p class="muted small">Nothing is charged. The sponsor sees this address, nobody else.</p>
      <button
        class="btn ok block"
        ?disabled=${this.busy}
        data-testid="prize-send"
        @click=${this.#claim}
      >
        Send it there
      </button>`;
  }

  static styles = [
    shared,
    css`
      :host {
        display: grid;
        gap: var(--s-3);
      }
    `,
  ];
}
customElements.define("ls-prize-form", LsPrizeForm);
