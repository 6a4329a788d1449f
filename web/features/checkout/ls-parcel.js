// @ts-check
import { LitElement, css, html, nothing, repeat } from "/web/vendor/lit.js";
import { icon } from "/web/lib/icons.js";
import { money } from "/web/lib/money.js";
import { shared } from "/web/components/styles.js";
import "/web/components/ls-countdown.js";
import "/web/components/ls-money.js";
import "/web/components/ls-photo.js";
import "/web/features/notes/ls-promised.js";

/** @typedef {import("/web/lib/protocol.js").Parcel} Parcel */
/** @typedef {import("/web/lib/protocol.js").CartLine} CartLine */

/**
 * What one owner sends to one buyer, with its shipping.
 *
 * @property {Parcel} parcel
 * @property {string} currency
 * @property {number | null} frozenAt  the time at which the holds stand still, or null
 * @property {boolean} held  lines are holds: they have a countdown and can be removed
 * @fires remove  detail is the line
 * @fires over    a hold has run out
 */
export class LsParcel extends LitElement {
  static properties = {
    parcel: { attribute: false },
    currency: {},
    frozenAt: { type: Number },
    held: { type: Boolean },
  };

  constructor() {
    super();
    /** @type {Parcel | null} */
    this.parcel = null;
    this.currency = "EUR";
    /** @type {number | null} */
    this.frozenAt = null;
    this.held = false;
  }

  render() {
    const { parcel, currency } = this;
    if (!parcel) return nothing;
    const pieces = parcel.lines.reduce((n, l) => n + l.quantity, 0);
    return html`<section
      aria-label="Parcel from @${parcel.owner.handle}"
      data-testid="parcel-${parcel.owner.handle}"
    >
      <h2 class="from">
        ${icon("box")}
        <span
          >One parcel from
          <a href="/closet/${parcel.owner.handle}">@${parcel.owner.handle}</a></span
        >
      </h2>
      <ul>
        ${repeat(
          parcel.lines,
          (l) => l.claim,
          (l) => this.#line(l),
        )}
      </ul>
      <p class="ship">
        <span
          >${icon("truck")}
          Shipping${
            pieces > 1
              ? html` <span class="muted small">for all ${pieces} pieces together</span>`
              : nothing
          }</span
        >
        <ls-money amount=${parcel.shipping} currency=${currency} free></ls-money>
      </p>
    </section>`;
  }

  /** @param {CartLine} line */
  #line(line) {
    const what = [
      line.variant,
      line.quantity > 1 ? `${line.quantity} × ${money(line.price, this.currency)}` : "",
    ]
      .filter(Boolean)
      .join(" · ");
    return html`<li data-testid="cart-line" data-claim=${line.claim}>
      <ls-photo .photo=${line.photo} alt=""></ls-photo>
      <span class="grow">
        <span class="hangtag">${line.number}</span>
        <span class="display title" dir="auto">${line.title}</span>
        ${what ? html`<span class="muted small">${what}</span>` : nothing}
        ${
          this.held
            ? html`<span class="hold"
                ><ls-countdown
                  .until=${line.until}
                  .frozenAt=${this.frozenAt}
                  data-testid="hold-countdown"
                  @over=${() => this.dispatchEvent(new Event("over"))}
                ></ls-countdown
              ></span>`
            : nothing
        }
      </span>
      <span class="end">
        <ls-money amount=${line.amount} currency=${this.currency}></ls-money>
        ${
          this.held
            ? html`<button
                class="btn quiet icon-only"
                aria-label="Give up ${line.title}"
                @click=${() => this.dispatchEvent(new CustomEvent("remove", { detail: line }))}
                data-testid="remove"
              >
                ${icon("trash")}
              </button>`
            : nothing
        }
      </span>
      <ls-promised .promises=${line.promises}></ls-promised>
    </li>`;
  }

  static styles = [
    shared,
    css`
      section {
        background: var(--surface);
        border: 1px solid var(--line);
        border-radius: var(--r-l);
        overflow: hidden;
      }
      .from {
        display: flex;
        align-items: center;
        gap: var(--s-2);
        padding: var(--s-3) var(--s-4);
        font-size: var(--t-s);
        border-bottom: 1px solid var(--line);
      }
      .from .icon {
        color: var(--ink-2);
      }
      .from a {
        color: inherit;
        display: inline-block;
        padding: var(--s-3) 0;
        margin: calc(-1 * var(--s-3)) 0;
      }
      li {
        display: flex;
        flex-wrap: wrap;
        gap: var(--s-3);
        padding: var(--s-4);
        border-bottom: 1px solid var(--line);
      }
      ls-photo {
        width: 4.5rem;
        flex: none;
        align-self: flex-start;
      }
      .grow {
        display: grid;
        justify-items: start;
        align-content: start;
        gap: 0.2rem;
      }
      .title {
        overflow-wrap: anywhere;
      }
      ls-promised {
        flex-basis: 100%;
      }
      .hold {
        display: inline-flex;
        padding: 0.15em 0.6em;
        margin-top: var(--s-1);
        border-radius: var(--r-full);
        background: var(--warn-soft);
        color: var(--warn-ink);
        font-size: var(--t-s);
      }
      .end {
        display: grid;
        justify-items: end;
        align-content: space-between;
        gap: var(--s-2);
      }
      .end ls-money {
        font-weight: var(--w-bold);
      }
      .end .btn {
        margin: 0 -0.5rem -0.5rem 0;
        color: var(--ink-2);
      }
      .ship {
        display: flex;
        justify-content: space-between;
        align-items: baseline;
        gap: var(--s-3);
        padding: var(--s-3) var(--s-4);
        background: var(--sunken);
      }
    `,
  ];
}
customElements.define("ls-parcel", LsParcel);
