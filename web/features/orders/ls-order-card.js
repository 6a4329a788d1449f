// @ts-check
import { LitElement, css, html, nothing } from "/web/vendor/lit.js";
import { money } from "/web/lib/money.js";
import { shared } from "/web/components/styles.js";
import { nextText, roleIn, standing } from "/web/features/orders/orders.js";
import "/web/components/ls-photo.js";

const day = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", year: "numeric" });

/**
 * An order in a list, as one link.
 *
 * @property {import("/web/lib/protocol.js").Order} order
 * @property {string} user  id of who looks
 */
export class LsOrderCard extends LitElement {
  static properties = { order: { attribute: false }, user: {} };

  constructor() {
    super();
    /** @type {import("/web/lib/protocol.js").Order | null} */
    this.order = null;
    this.user = "";
  }

  render() {
    const { order } = this;
    if (!order) return nothing;
    const role = roleIn(order, this.user);
    const status = standing(order);
    const title = order.lines
      .map((l) => (l.quantity > 1 ? `${l.quantity} × ${l.title}` : l.title))
      .join(", ");
    return html`<a
      href="/orders/${order.id}"
      data-testid="order-${order.id}"
      data-status=${order.status}
    >
      <span class="photos"
        >${order.lines
          .slice(0, 2)
          .map((l) => html`<ls-photo .photo=${l.photo} alt=""></ls-photo>`)}</span
      >
      <span class="grow">
        <span class="top"
          ><span class="badge ${status.tone}">${status.text}</span
          ><span class="muted small">${day.format(order.created_at)}</span
          ><span class="sum"
            ><b class="num">${money(order.total, order.currency)}</b>${
              order.refunded
                ? html` <span class="small muted num"
                    >${money(order.refunded, order.currency)} back</span
                  >`
                : nothing
            }</span
          ></span
        >
        <span class="display title">${title}</span>
        <span class="small muted"
          >${role === "buyer" ? `from @${order.owner.handle}` : `to @${order.buyer.handle}`}${
            role === "host" ? `, owner @${order.owner.handle}` : ""
          }
          · ${order.show.title}</span
        >
        <span class="small next">${nextText(order, role)}</span>
      </span>
    </a>`;
  }

  static styles = [
    shared,
    css`
      a {
        display: flex;
        gap: var(--s-4);
        padding: var(--s-4) var(--s-2);
        color: inherit;
        text-decoration: none;
        border-top: 1px solid var(--line);
      }
      a:hover {
        background: var(--sunken);
      }
      .photos {
        position: relative;
        flex: none;
        width: 4.25rem;
        height: 5.3rem;
      }
      ls-photo {
        position: absolute;
        inset: 0 auto auto 0;
        width: 100%;
      }
      .photos ls-photo:nth-child(2) {
        width: 60%;
        inset: auto -0.4rem -0.4rem auto;
        box-shadow: 0 0 0 2px var(--paper);
      }
      .grow {
        display: grid;
        gap: 0.2rem;
        align-content: start;
      }
      .top {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0 var(--s-2);
      }
      .sum {
        margin-inline-start: auto;
      }
      .title {
        display: -webkit-box;
        -webkit-box-orient: vertical;
        -webkit-line-clamp: 2;
        overflow: hidden;
        font-size: var(--t-l);
      }
    `,
  ];
}
customElements.define("ls-order-card", LsOrderCard);
