// @ts-check
import { LitElement, html, nothing } from "/web/vendor/lit.js";
import { get } from "/web/lib/api.js";
import { page } from "/web/components/page-styles.js";
import { shared } from "/web/components/styles.js";
import { cardName } from "/web/features/checkout/words.js";

/**
 * The button that pays with the card on file, if there is one; else where to save one.
 *
 * @property {string} label  what it pays, such as "Pay $10.00"
 * @property {boolean} busy
 * @fires pay
 */
export class LsPayWithCard extends LitElement {
  static properties = { label: {}, busy: { type: Boolean }, state: { state: true } };

  constructor() {
    super();
    this.label = "Pay";
    this.busy = false;
    /** @type {import("/web/lib/protocol.js").CardState | null} */
    this.state = null;
  }

  async connectedCallback() {
    super.connectedCallback();
    try {
      this.state = await get("/api/me/card");
    } catch {
      // Typing a card in works all the same.
    }
  }

  render() {
    const card = this.state?.card;
    if (!card) return nothing;
    return html`<div class="stack">
      <button
        class="btn primary block"
        ?disabled=${this.busy}
        @click=${() => this.dispatchEvent(new Event("pay"))}
        data-testid="pay-with-card"
      >
        ${this.busy ? "One moment…" : this.label}
      </button>
      <p class="small muted">With ${cardName(card)}. Or type in another card:</p>
    </div>`;
  }

  static styles = [shared, page];
}

customElements.define("ls-pay-with-card", LsPayWithCard);
