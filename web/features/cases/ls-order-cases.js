// @ts-check
import { LitElement, html, nothing, repeat } from "/web/vendor/lit.js";
import { get } from "/web/lib/api.js";
import { inbox } from "/web/features/inbox/inbox.js";
import "/web/features/cases/ls-case.js";

/** @typedef {import("/web/lib/protocol.js").Case} Case */

/**
 * The cases about an order, newest first. They follow what the other side does.
 *
 * @property {import("/web/lib/protocol.js").Order} order
 * @fires changed  a case changed here: the order may have, too
 */
export class LsOrderCases extends LitElement {
  static properties = { order: { attribute: false }, cases: { state: true } };

  constructor() {
    super();
    /** @type {import("/web/lib/protocol.js").Order | null} */
    this.order = null;
    /** @type {Case[]} */
    this.cases = [];
    this.onInbox = () => this.#heard();
  }

  connectedCallback() {
    super.connectedCallback();
    inbox.addEventListener("change", this.onInbox);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    inbox.removeEventListener("change", this.onInbox);
  }

  /** @param {import("/web/vendor/lit.js").PropertyValues} changed */
  willUpdate(changed) {
    if (changed.has("order")) void this.#load();
  }

  async #load() {
    if (!this.order) return;
    const found = await get(`/api/orders/${this.order.id}/cases`).catch(() => null);
    if (found) this.cases = found.items;
  }

  /** Somebody else, or time, took a step. */
  #heard() {
    const newest = Math.max(0, ...this.cases.map((c) => c.entries.at(-1)?.at ?? 0));
    const fresh = inbox.notices?.cases.some(
      ({ order, at }) => order === this.order?.id && at > newest,
    );
    if (!fresh) return;
    this.#told();
    void this.#load();
  }

  /** The status of the order goes with its case. */
  #told() {
    this.dispatchEvent(new Event("changed"));
  }

  render() {
    const { order } = this;
    if (!order || !this.cases.length) return nothing;
    return html`${repeat(
      this.cases,
      ({ id }) => id,
      (c) =>
        html`<ls-case
          .case=${c}
          currency=${order.currency}
          @changed=${(/** @type {CustomEvent} */ { detail }) => {
            this.cases = this.cases.map((each) => (each.id === detail.id ? detail : each));
            this.#told();
          }}
        ></ls-case>`,
    )}`;
  }
}
customElements.define("ls-order-cases", LsOrderCases);
