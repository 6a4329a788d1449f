// @ts-check
import { css, html, nothing } from "/web/vendor/lit.js";
import { announce } from "/web/lib/a11y.js";
import { money } from "/web/lib/money.js";
import { RoomElement } from "/web/lib/room.js";
import { flashLeft, flashOf } from "/web/lib/show-state.js";
import { shared } from "/web/components/styles.js";
import "/web/components/ls-countdown.js";

/**
 * The flash price of an item: how long it lasts, and how many can still be had at it.
 *
 * @property {import("/web/lib/protocol.js").Item} item
 */
export class LsFlash extends RoomElement {
  static properties = { item: { attribute: false } };

  constructor() {
    super();
    /** @type {import("/web/lib/protocol.js").Item | null} */
    this.item = null;
    /** What was announced: each flash price is, once. */
    this.said = "";
  }

  get #flash() {
    return flashOf(this.state, this.item?.id ?? "");
  }

  willUpdate() {
    const flash = this.#flash;
    this.hidden = !flash;
    if (!flash || !this.item || this.said === `${flash.item} ${flash.price}`) return;
    this.said = `${flash.item} ${flash.price}`;
    announce(`Flash price: ${this.item.title} for ${money(flash.price, this.item.currency)}`);
  }

  /** @param {import("/web/lib/protocol.js").Flash} flash */
  #left(flash) {
    const { quantity, per_buyer, taken } = flash;
    if (quantity !== null && (taken ?? 0) >= quantity) return "all taken, one may come back";
    if (flashLeft(flash, this.mine) < 1) return "you have yours";
    const some = quantity === null ? "" : `${quantity - (taken ?? 0)} of ${quantity} left`;
    const each = per_buyer === null ? "" : `${per_buyer} each`;
    return [some, each].filter(Boolean).join(", ");
  }

  render() {
    const flash = this.#flash;
    if (!flash || !this.item) return nothing;
    const left = this.#left(flash);
    return html`<p data-testid="flash">
      <span class="badge live">Flash ${money(flash.price, this.item.currency)}</span>
      <ls-countdown
        data-testid="flash-left"
        .until=${flash.until}
        .frozenAt=${this.frozenAt}
      ></ls-countdown>
      ${left ? html`<span class="small">${left}</span>` : nothing}
    </p>`;
  }

  static styles = [
    shared,
    css`
      :host {
        display: block;
      }
      :host([hidden]) {
        display: none;
      }
      p {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.2rem var(--s-2);
        padding-top: var(--s-1);
      }
      .badge {
        text-transform: none;
      }
    `,
  ];
}
customElements.define("ls-flash", LsFlash);
