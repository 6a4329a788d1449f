// @ts-check
import { LitElement, html, nothing } from "/web/vendor/lit.js";
import { addressLines, learnParts } from "/web/lib/addresses.js";
import { icon } from "/web/lib/icons.js";
import { money } from "/web/lib/money.js";
import { STATUS } from "/web/lib/order-status.js";
import { dateTimeText } from "/web/lib/time.js";
import { toast } from "/web/components/ls-toast.js";
import { page } from "/web/components/page-styles.js";
import { shared } from "/web/components/styles.js";
import { styles } from "/web/features/orders/order-styles.js";
import {
  STEPS,
  ledgerText,
  nextText,
  reducedText,
  roleIn,
  standing,
} from "/web/features/orders/orders.js";
import "/web/components/ls-photo.js";
import "/web/features/checkout/ls-totals.js";
import "/web/features/notes/ls-promised.js";
import "/web/features/cases/ls-order-cases.js";
import "/web/features/orders/ls-order-actions.js";

/** @typedef {import("/web/lib/protocol.js").Order} Order */

/** @type {Record<string, string>} */
const STEP_TEXT = { paid: "Paid", packed: "Packed", shipped: "Shipped", delivered: "Delivered" };

/**
 * An order: its course, what is in it, what it comes to. Prints as a receipt.
 *
 * @property {Order} order
 * @property {string} user  id of who looks
 * @fires changed  detail is the order as it is now
 * @fires stale  it is another by now: a case about it has changed
 */
export class LsOrder extends LitElement {
  static properties = { order: { attribute: false }, user: {} };

  constructor() {
    super();
    /** @type {Order | null} */
    this.order = null;
    this.user = "";
  }

  /** @param {import("/web/vendor/lit.js").PropertyValues} changed */
  willUpdate(changed) {
    const country = this.order?.address?.country;
    if (changed.has("order") && country) learnParts(country).then(() => this.requestUpdate());
  }

  render() {
    const { order } = this;
    if (!order) return nothing;
    const role = roleIn(order, this.user);
    const status = standing(order);
    return html`<header>
        <p class="muted small">Order ${order.id} · ${dateTimeText(order.created_at)}</p>
        <h1 class="display">
          ${role === "buyer" ? `From @${order.owner.handle}` : `For @${order.buyer.handle}`}
        </h1>
        <p>
          <span class="badge ${status.tone}" data-testid="order-status" data-status=${order.status}
            >${status.text}</span
          >
        </p>
      </header>
      <div class="columns">
        <div class="stack">
          <section class="panel course" aria-label="Course">
            ${this.#course(order)}
            <p class="next" role="status">${nextText(order, role)}</p>
            ${order.tracking || order.carrier ? this.#tracking(order) : nothing}
            ${
              order.dispute_reason
                ? html`<p class="note bad" data-testid="order-reason">
                    ${icon("info")}<span
                      ><b>@${order.buyer.handle} says:</b> ${order.dispute_reason}</span
                    >
                  </p>`
                : nothing
            }
            ${order.refunds.map((refund) => this.#refund(order, refund))}
            <ls-order-actions
              .order=${order}
              user=${this.user}
              @changed=${(/** @type {any} */ e) =>
                this.dispatchEvent(new CustomEvent("changed", { detail: e.detail }))}
            ></ls-order-actions>
          </section>
          <ls-order-cases
            .order=${order}
            @changed=${() => this.dispatchEvent(new Event("stale"))}
          ></ls-order-cases>
          ${this.#lines(order)}
        </div>
        <aside class="stack">
          ${this.#address(order, role)}
          <section class="panel parties">
            <dl>
              <div>
                <dt>Show</dt>
                <dd><a href="/shows/${order.show.id}" dir="auto">${order.show.title}</a></dd>
              </div>
              <div>
                <dt>Seller</dt>
                <dd><a href="/closet/${order.owner.handle}">@${order.owner.handle}</a></dd>
              </div>
              <div>
                <dt>Host</dt>
                <dd>@${order.host.handle}</dd>
              </div>
              <div>
                <dt>Buyer</dt>
                <dd>@${order.buyer.handle}</dd>
              </div>
            </dl>
          </section>
          ${order.ledger.length ? this.#ledger(order) : nothing}
        </aside>
      </div>`;
  }

  /** @param {Order} order @param {import("/web/features/orders/orders.js").Role} role */
  #address(order, role) {
    if (role === "host")
      return html`<p class="note" data-testid="no-address">
        ${icon("info")}<span>Only @${order.owner.handle} and the buyer see the address.</span>
      </p>`;
    if (!order.address) return nothing;
    return html`<section class="panel">
      <h2 class="display">${role === "buyer" ? "Ships to" : "Ship to"}</h2>
      <address>${addressLines(order.address).map((line) => html`<span>${line}</span>`)}</address>
    </section>`;
  }

  /** @param {Order} order */
  #course(order) {
    const at = Object.fromEntries(order.history.map((h) => [h.status, h]));
    const turns = order.history.filter((h) => !STEPS.includes(h.status));
    const reached = Math.max(...STEPS.map((s, i) => (at[s] ? i : 0)));
    const ended = turns.length > 0;
    return html`<ol class="steps" data-testid="timeline">
        ${STEPS.map(
          (step, i) =>
            html`<li
              class=${i <= reached ? "done" : ended ? "off" : ""}
              aria-current=${i === reached && !ended ? "step" : nothing}
            >
              <span class="dot">${i <= reached ? icon("check") : nothing}</span>
              <b>${STEP_TEXT[step]}</b>
              <span class="muted small"
                >${
                  at[step] ? dateTimeText(at[step].at) : html`<span class="sr">not yet</span>`
                }</span
              >
            </li>`,
        )}
      </ol>
      ${turns.map(
        (t) =>
          html`<p class="turn">
            ${icon(t.status === "not_as_described" ? "alert" : "undo")}
            <b>${STATUS[t.status]?.text ?? t.status}</b>
            <span class="muted small"
              >${dateTimeText(t.at)}${t.by ? ` by @${t.by.handle}` : ""}</span
            >
          </p>`,
      )}`;
  }

  /** @param {Order} order @param {Order["refunds"][number]} refund */
  #refund(order, { amount, reason, by, sent }) {
    return html`<p class="note" data-testid="order-refund-note">
      ${icon("undo")}<span
        ><b>${money(amount, order.currency)} ${sent ? "went back" : "goes back"}</b>, decided by
        @${by.handle}${reason ? html`: ${reason}` : nothing}</span
      >
    </p>`;
  }

  /** @param {Order} order */
  #tracking(order) {
    return html`<p class="tracking">
      ${icon("truck")}<span class="grow"
        >${order.carrier || "Carrier"}
        ${
          order.tracking ? html`<code data-testid="tracking">${order.tracking}</code>` : nothing
        }</span
      >
      ${
        order.tracking
          ? html`<button
              class="btn quiet icon-only"
              aria-label="Copy the tracking number"
              @click=${() => this.#copy(order.tracking)}
            >
              ${icon("copy")}
            </button>`
          : nothing
      }
    </p>`;
  }

  /** @param {string} text */
  async #copy(text) {
    await navigator.clipboard.writeText(text).then(
      () => toast("Copied.", { tone: "ok" }),
      () => toast("Select it and copy it by hand."),
    );
  }

  /** @param {Order} order */
  #lines(order) {
    return html`<section class="panel" aria-label="Pieces">
      <ul>
        ${order.lines.map(
          (l) =>
            html`<li class="line" data-testid="order-line">
              <ls-photo .photo=${l.photo} alt=""></ls-photo>
              <span class="grow"
                ><span class="display" dir="auto">${l.title}</span><br /><span class="muted small"
                  >${[
                    l.number ? `No. ${l.number}` : "",
                    l.variant,
                    l.quantity > 1 ? `${l.quantity} × ${money(l.price, order.currency)}` : "",
                  ]
                    .filter(Boolean)
                    .join(" · ")}</span
                >${
                  l.description
                    ? html`<details class="small">
                        <summary>${icon("chevron")} As it was offered</summary>
                        ${l.description}
                      </details>`
                    : nothing
                }</span
              >
              <b class="num">${money(l.amount, order.currency)}</b>
              <ls-promised .promises=${l.promises}></ls-promised>
            </li>`,
        )}
      </ul>
      <ls-totals .of=${order} currency=${order.currency}></ls-totals>
    </section>`;
  }

  /** @param {Order} order */
  #ledger(order) {
    return html`<section class="panel ledger" data-testid="ledger">
      <h2 class="display">Where the money goes</h2>
      <dl>
        ${ledgerText(order.ledger).map(
          (l) =>
            html`<div class=${l.paid ? "paid" : ""}>
              <dt dir="auto">${l.text}</dt>
              <dd class="num">${money(l.amount, order.currency)}</dd>
            </div>`,
        )}
      </dl>
      ${reducedText(order).map((text) => html`<p class="small" data-testid="reduced">${text}</p>`)}
      <p class="muted small">The buyer does not see this.</p>
    </section>`;
  }

  static styles = [shared, page, styles];
}
customElements.define("ls-order", LsOrder);
