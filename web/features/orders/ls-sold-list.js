// @ts-check
import { LitElement, css, html, nothing, repeat } from "/web/vendor/lit.js";
import { get, post } from "/web/lib/api.js";
import { icon } from "/web/lib/icons.js";
import { counted } from "/web/lib/words.js";
import { more } from "/web/components/more.js";
import { toast, toastError } from "/web/components/ls-toast.js";
import { page } from "/web/components/page-styles.js";
import { shared } from "/web/components/styles.js";
import "/web/components/ls-dialog.js";
import "/web/features/orders/ls-order-card.js";
import "/web/features/orders/ls-ship-many.js";

/** @typedef {import("/web/lib/protocol.js").Order} Order */
/** @typedef {{done: string[], failed: {order: string, code: string, message: string}[]}} Many */

/** So many go at once. */
const MOST = 100;
const MOST_LABELS = 50;

/**
 * What was sold, from which several orders can be chosen to pack, send or print.
 *
 * @property {import("/web/lib/paged.js").Paged} list
 * @property {Order[]} items  what is in it now
 * @property {string} user  id of who looks
 * @fires changed  orders are not as they were
 * @fires slips  detail are the orders to print
 */
export class LsSoldList extends LitElement {
  static properties = {
    list: { attribute: false },
    user: {},
    items: { attribute: false },
    chosen: { state: true },
    failed: { state: true },
    busy: { state: true },
    shipping: { state: true },
  };

  constructor() {
    super();
    /** @type {import("/web/lib/paged.js").Paged | null} */
    this.list = null;
    this.user = "";
    /** What is in the list: it is drawn anew with them. @type {Order[]} */
    this.items = [];
    /** Ids of those that are chosen; null while nobody chooses. @type {Set<string> | null} */
    this.chosen = null;
    /** Why a step was not taken, by the id of the order. @type {Map<string, string>} */
    this.failed = new Map();
    this.busy = false;
    this.shipping = false;
  }

  /** @returns {Order[]} */
  get #chosen() {
    return (this.list?.items ?? []).filter((o) => this.chosen?.has(o.id));
  }

  /** @param {string} status */
  #with(status) {
    return this.#chosen.filter((o) => o.status === status);
  }

  /** @param {string} id */
  #toggle(id) {
    const next = new Set(this.chosen);
    if (!next.delete(id) && next.size < MOST) next.add(id);
    this.chosen = next;
  }

  /** @param {string} what @param {any[]} orders @param {string} done */
  async #step(what, orders, done) {
    this.busy = true;
    try {
      const answer = /** @type {Many} */ (await post(`/api/parcels/${what}`, { orders }));
      this.failed = new Map(answer.failed.map((f) => [f.order, f.message]));
      // What did not work stays chosen, with the reason beside it.
      this.chosen = new Set(answer.failed.map((f) => f.order));
      if (answer.done.length)
        toast(`${counted(answer.done.length, "order")} ${done}.`, { tone: "ok" });
      if (answer.failed.length)
        toast(`${counted(answer.failed.length, "order")} could not be. The reason is beside it.`, {
          tone: "warn",
          seconds: 12,
        });
      this.shipping = false;
      this.dispatchEvent(new Event("changed"));
    } catch (error) {
      toastError(error);
    } finally {
      this.busy = false;
    }
  }

  #pack() {
    const orders = this.#with("paid").map((o) => o.id);
    this.#step("pack", orders, "marked as packed");
  }

  /** As a file; an address that cannot be written is told. */
  async #labels() {
    const ids = this.#chosen.slice(0, MOST_LABELS).map((o) => o.id);
    this.busy = true;
    try {
      const file = await get("/api/orders/labels.pdf", { orders: ids.join(",") });
      const link = document.createElement("a");
      link.href = URL.createObjectURL(file);
      link.download = "labels.pdf";
      link.click();
      window.setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    } catch (error) {
      toastError(error);
    } finally {
      this.busy = false;
    }
  }

  render() {
    const { list } = this;
    if (!list) return nothing;
    return html`${this.#tools()}
      <ul class="orders" data-testid="orders-sold">
        ${repeat(
          list.view,
          (o) => o.id,
          (o) => this.#row(o),
        )}
      </ul>
      ${more(list)}
      <ls-dialog
        heading="On their way"
        .open=${this.shipping}
        @close=${() => (this.shipping = false)}
      >
        ${
          this.shipping
            ? html`<ls-ship-many
                .orders=${this.#with("packed")}
                .busy=${this.busy}
                @send=${(/** @type {CustomEvent} */ e) =>
                  this.#step("ship", e.detail, "marked as shipped")}
              ></ls-ship-many>`
            : nothing
        }
      </ls-dialog>`;
  }

  #tools() {
    if (!this.chosen)
      return html`<p class="tools">
        <button
          class="btn compact"
          data-testid="sold-choose"
          @click=${() => (this.chosen = new Set())}
        >
          ${icon("check")} Choose several
        </button>
        <a
          class="btn quiet compact"
          href="/api/orders.csv?as=seller"
          download
          data-testid="sold-csv"
          >All as a table (CSV)</a
        >
      </p>`;
    const paid = this.#with("paid").length;
    const packed = this.#with("packed").length;
    const { size } = this.chosen;
    return html`<div class="tools bar" role="group" aria-label="With what is chosen">
      <span class="grow" role="status">${counted(size, "order")} chosen</span>
      <button
        class="btn compact"
        ?disabled=${!paid || this.busy}
        data-testid="sold-pack"
        @click=${this.#pack}
      >
        Mark ${paid || ""} as packed
      </button>
      <button
        class="btn compact"
        ?disabled=${!packed || this.busy}
        data-testid="sold-ship"
        @click=${() => (this.shipping = true)}
      >
        Mark ${packed || ""} as shipped
      </button>
      <button
        class="btn compact"
        ?disabled=${!size}
        data-testid="sold-slips"
        @click=${() => this.dispatchEvent(new CustomEvent("slips", { detail: this.#chosen }))}
      >
        Packing slips
      </button>
      <button
        class="btn compact"
        ?disabled=${!size || this.busy}
        data-testid="sold-labels"
        @click=${this.#labels}
      >
        Labels (PDF)
      </button>
      <button
        class="btn quiet compact"
        data-testid="sold-done"
        @click=${() => {
          this.chosen = null;
          this.failed = new Map();
        }}
      >
        Done
      </button>
    </div>`;
  }

  /** @param {Order} o */
  #row(o) {
    const card = html`<ls-order-card .order=${o} user=${this.user}></ls-order-card>`;
    // Of what is lent the host can do nothing.
    if (!this.chosen || o.owner.id !== this.user) return html`<li>${card}</li>`;
    const why = this.failed.get(o.id);
    return html`<li class="choice">
      <label
        ><input
          type="checkbox"
          .checked=${this.chosen.has(o.id)}
          aria-label="Choose the order of @${o.buyer.handle}: ${o.lines[0]?.title}"
          data-testid="choose-${o.id}"
          @change=${() => this.#toggle(o.id)}
      /></label>
      ${card}${why ? html`<p class="failed" data-testid="not-done">${why}</p>` : nothing}
    </li>`;
  }

  static styles = [
    shared,
    page,
    css`
      :host {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: var(--s-4);
      }
      li:last-child {
        border-bottom: 1px solid var(--line);
      }
      .tools {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--s-2);
      }
      .bar .grow {
        flex-basis: 100%;
      }
      .bar {
        position: sticky;
        top: var(--bar);
        z-index: 2;
        padding: var(--s-2);
        border: 1px solid var(--line);
        border-radius: var(--r-m);
        background: var(--surface);
      }
      .choice {
        display: grid;
        grid-template-columns: auto minmax(0, 1fr);
        align-items: center;
      }
      .choice label {
        display: grid;
        place-items: center;
        width: max(var(--tap), 1.8rem);
        height: max(var(--tap), 1.8rem);
      }
      .choice input {
        width: 1.4rem;
        height: 1.4rem;
      }
      .choice .failed {
        grid-column: 2;
      }
    `,
  ];
}
customElements.define("ls-sold-list", LsSoldList);
