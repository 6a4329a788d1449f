// @ts-check
import { LitElement, css, html, nothing } from "/web/vendor/lit.js";
import { icon } from "/web/lib/icons.js";
import { money } from "/web/lib/money.js";
import { STATUS, STEPS, ledgerText, nextText, roleIn } from "/web/features/orders/orders.js";
import { dateTimeText } from "/web/lib/time.js";
import { page } from "/web/components/page-styles.js";
import { shared } from "/web/components/styles.js";
import { toast } from "/web/components/ls-toast.js";
import { addressLines } from "/web/components/ls-address-form.js";
import "/web/features/orders/ls-order-actions.js";
import "/web/components/ls-photo.js";
import "/web/features/checkout/ls-totals.js";

/** @typedef {import("/web/lib/protocol.js").Order} Order */

/** @type {Record<string, string>} */
const STEP_TEXT = { paid: "Paid", packed: "Packed", shipped: "Shipped", delivered: "Delivered" };

/**
 * An order: its course, what is in it, what it comes to. Prints as a receipt.
 *
 * @property {Order} order
 * @property {string} user  id of who looks
 * @fires changed  detail is the order as it is now
 */
export class LsOrder extends LitElement {
  static properties = { order: { attribute: false }, user: {} };

  constructor() {
    super();
    /** @type {Order | null} */
    this.order = null;
    this.user = "";
  }

  render() {
    const { order } = this;
    if (!order) return nothing;
    const role = roleIn(order, this.user);
    const status = STATUS[order.status] ?? { text: order.status, tone: "" };
    return html`<header>
        <p class="muted small">Order ${order.id} · ${dateTimeText(order.created_at)}</p>
        <h1 class="display">${role === "buyer" ? `From @${order.owner.handle}` : `For @${order.buyer.handle}`}</h1>
        <p><span class="badge ${status.tone}" data-testid="order-status" data-status=${order.status}>${status.text}</span></p>
      </header>
      <div class="columns">
        <div class="stack">
          <section class="panel course" aria-label="Course">
            ${this.#course(order)}
            <p class="next" role="status">${nextText(order, role)}</p>
            ${order.tracking || order.carrier ? this.#tracking(order) : nothing}
            ${order.reason ? html`<p class="note ${order.status === "refunded" ? "" : "bad"}" data-testid="order-reason">${icon("info")}<span><b>${order.status === "refunded" ? "Why it was refunded" : `@${order.buyer.handle} says`}:</b> ${order.reason}</span></p>` : nothing}
            <ls-order-actions .order=${order} user=${this.user} @changed=${(/** @type {any} */ e) => this.dispatchEvent(new CustomEvent("changed", { detail: e.detail }))}></ls-order-actions>
          </section>
          ${this.#lines(order)}
        </div>
        <aside class="stack">
          ${order.address
            ? html`<section class="panel">
                <h2 class="display">${role === "buyer" ? "Ships to" : "Ship to"}</h2>
                <address>${addressLines(order.address).map((line) => html`<span>${line}</span>`)}</address>
              </section>`
            : nothing}
          <section class="panel parties">
            <dl>
              <div><dt>Show</dt><dd><a href="/shows/${order.show.id}">${order.show.title}</a></dd></div>
              <div><dt>Seller</dt><dd><a href="/closet/${order.owner.handle}">@${order.owner.handle}</a></dd></div>
              <div><dt>Host</dt><dd>@${order.host.handle}</dd></div>
              <div><dt>Buyer</dt><dd>@${order.buyer.handle}</dd></div>
            </dl>
          </section>
          ${order.ledger.length ? this.#ledger(order) : nothing}
        </aside>
      </div>`;
  }

  /** @param {Order} order */
  #course(order) {
    const at = Object.fromEntries(order.history.map((h) => [h.status, h]));
    const turns = order.history.filter((h) => !STEPS.includes(h.status));
    const reached = Math.max(...STEPS.map((s, i) => (at[s] ? i : 0)));
    const ended = turns.length > 0;
    return html`<ol class="steps" data-testid="timeline">
        ${STEPS.map((step, i) => html`<li class=${i <= reached ? "done" : ended ? "off" : ""} aria-current=${i === reached && !ended ? "step" : nothing}>
          <span class="dot">${i <= reached ? icon("check") : nothing}</span>
          <b>${STEP_TEXT[step]}</b>
          <span class="muted small">${at[step] ? dateTimeText(at[step].at) : html`<span class="sr">not yet</span>`}</span>
        </li>`)}
      </ol>
      ${turns.map((t) => html`<p class="turn">${icon(t.status === "refunded" ? "undo" : "alert")} <b>${STATUS[t.status]?.text ?? t.status}</b> <span class="muted small">${dateTimeText(t.at)}${t.by ? ` by @${t.by.handle}` : ""}</span></p>`)}`;
  }

  /** @param {Order} order */
  #tracking(order) {
    return html`<p class="tracking">${icon("truck")}<span class="grow">${order.carrier || "Carrier"} ${order.tracking ? html`<code data-testid="tracking">${order.tracking}</code>` : nothing}</span>
      ${order.tracking ? html`<button class="btn quiet icon-only" aria-label="Copy the tracking number" @click=${() => this.#copy(order.tracking)}>${icon("copy")}</button>` : nothing}</p>`;
  }

  /** @param {string} text */
  async #copy(text) {
    await navigator.clipboard.writeText(text).then(() => toast("Copied.", { tone: "ok" }), () => toast("Select it and copy it by hand."));
  }

  /** @param {Order} order */
  #lines(order) {
    return html`<section class="panel" aria-label="Pieces">
      <ul>
        ${order.lines.map(
          (l) => html`<li class="line" data-testid="order-line">
            <ls-photo .photo=${l.photo} alt=""></ls-photo>
            <span class="grow"><span class="display">${l.title}</span><br /><span class="muted small">${[`No. ${l.number}`, l.variant, l.quantity > 1 ? `${l.quantity} × ${money(l.price, order.currency)}` : ""].filter(Boolean).join(" · ")}</span></span>
            <b class="num">${money(l.amount, order.currency)}</b>
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
      <dl>${ledgerText(order.ledger).map((l) => html`<div class=${l.paid ? "paid" : ""}><dt>${l.text}</dt><dd class="num">${money(l.amount, order.currency)}</dd></div>`)}</dl>
      <p class="muted small">The buyer does not see this.</p>
    </section>`;
  }

  static styles = [
    shared,
    page,
    css`
      :host { display: grid; gap: var(--s-5); }
      header p { margin-top: var(--s-2); }
      .columns { display: grid; gap: var(--s-5); align-items: start; grid-template-columns: minmax(0, 1fr); }
      .steps { display: grid; grid-template-columns: repeat(4, 1fr); }
      .steps li { position: relative; display: grid; justify-items: center; align-content: start; text-align: center; gap: 0.1rem; font-size: var(--t-s); }
      .steps li + li::before { content: ""; position: absolute; top: 0.85rem; right: 50%; width: 100%; height: 3px; background: var(--line); z-index: 0; }
      .steps li.done + li.done::before { background: var(--ok); }
      .dot { position: relative; z-index: 1; display: grid; place-items: center; width: 1.85rem; height: 1.85rem; border-radius: 50%; background: var(--surface); border: 3px solid var(--line); margin-bottom: var(--s-1); }
      .done .dot { background: var(--ok); border-color: var(--ok); color: var(--on-ok); }
      .steps li:not(.done) b { color: var(--ink-2); font-weight: var(--w-medium); }
      .off { opacity: 0.6; }
      .turn { display: flex; align-items: center; gap: var(--s-2); flex-wrap: wrap; }
      .next { font-size: var(--t-l); font-family: var(--font-display); }
      .tracking { display: flex; align-items: center; gap: var(--s-3); padding-left: var(--s-4); min-height: 3rem; background: var(--sunken); border-radius: var(--r-m); }
      code { font-family: var(--font-mono); overflow-wrap: anywhere; user-select: all; }
      .line { display: flex; gap: var(--s-3); padding: var(--s-3) 0; border-bottom: 1px solid var(--line); }
      .line:first-child { padding-top: 0; }
      .line:last-child { border-bottom: 0; }
      .line ls-photo { width: 3.75rem; flex: none; }
      address { display: grid; font-style: normal; }
      address span:first-child { font-weight: var(--w-bold); }
      dl { display: grid; gap: var(--s-2); }
      dl div { display: flex; justify-content: space-between; gap: var(--s-4); align-items: baseline; }
      dt { color: var(--ink-2); }
      dd { text-align: right; min-width: 0; overflow-wrap: anywhere; }
      .ledger dd { white-space: nowrap; }
      .paid { padding-bottom: var(--s-2); border-bottom: 1px solid var(--line); font-weight: var(--w-bold); }
      .paid dt { color: inherit; }
      @media (min-width: 900px) { .columns { grid-template-columns: minmax(0, 1fr) 24rem; } }
      @media print {
        .next, .ledger, .tracking button { display: none; }
        .panel { border: 0; border-radius: 0; border-top: 1px solid #999; padding: 1rem 0; break-inside: avoid; background: none; }
        .columns { grid-template-columns: 1fr 14rem; }
        a { color: inherit; text-decoration: none; }
      }
    `,
  ];
}
customElements.define("ls-order", LsOrder);
