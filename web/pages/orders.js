// @ts-check
import { LitElement, css, html, repeat } from "/web/vendor/lit.js";
import { all, get } from "/web/lib/api.js";
import { icon } from "/web/lib/icons.js";
import { Paged } from "/web/lib/paged.js";
import { requireUser } from "/web/lib/session.js";
import { serverNow } from "/web/lib/time.js";
import { explain, title } from "/web/lib/words.js";
import { toastError } from "/web/components/ls-toast.js";
import { more } from "/web/components/more.js";
import { page } from "/web/components/page-styles.js";
import { shared } from "/web/components/styles.js";
import { inbox } from "/web/features/inbox/inbox.js";
import "/web/components/ls-empty.js";
import "/web/components/ls-tabs.js";
import "/web/features/giveaways/ls-prizes.js";
import "/web/features/navigation/ls-app-bar.js";
import "/web/features/orders/ls-balances.js";
import "/web/features/orders/ls-order-card.js";
import "/web/features/orders/ls-order.js";
import "/web/features/payouts/ls-payouts.js";
import "/web/features/orders/ls-slips.js";
import "/web/features/orders/ls-sold-list.js";

/** @typedef {import("/web/lib/protocol.js").Order} Order */

const TODO = ["paid", "packed", "not_as_described"];

/** What was bought and sold; with an id in the address one order. */
class LsOrdersPage extends LitElement {
  static properties = {
    user: { state: true },
    order: { state: true },
    hosted: { state: true },
    problem: { state: true },
    tab: { state: true },
    slips: { state: true },
    thanks: { state: true },
  };

  constructor() {
    super();
    /** @type {import("/web/lib/protocol.js").User | null} */
    this.user = null;
    /** @type {Order | null} */
    this.order = null;
    this.bought = new Paged(this);
    this.sold = new Paged(this);
    /**
     * Shows of the user, where commission may have been earned.
     *
     * @type {{id: string, title: string}[]}
     */
    this.hosted = [];
    this.problem = "";
    this.tab = location.hash === "#sold" ? "sold" : "bought";
    /** Orders whose packing slips are shown. @type {Order[] | null} */
    this.slips = null;
    this.thanks = "";
    this.id = decodeURIComponent(location.pathname.split("/")[2] ?? "");
    this.loadedAt = Infinity;
    this.onInbox = () => this.#heard();
  }

  connectedCallback() {
    super.connectedCallback();
    inbox.addEventListener("change", this.onInbox);
    this.#load();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    inbox.removeEventListener("change", this.onInbox);
  }

  /** What is on the screen has been looked at. */
  updated() {
    if (this.order) inbox.ordersLooked(({ order }) => order === this.id);
    if (this.bought.items && this.sold.items)
      inbox.ordersLooked(({ role }) => (role === "buyer") === (this.tab === "bought"));
  }

  /** What others did comes without reloading. */
  #heard() {
    const shown = this.order
      ? [this.order]
      : [...(this.bought.items ?? []), ...(this.sold.items ?? [])];
    const known = new Map(shown.map((o) => [o.id, o.history.at(-1)?.at ?? 0]));
    const fresh = inbox.notices?.orders.some(({ order, status, at }) => {
      // Of a sale the list knows nothing yet.
      const seen = known.get(order) ?? (status === "paid" && this.sold.items ? 0 : Infinity);
      return at > seen;
    });
    // Money that goes back is a notice of the show, and changes no status if it is a part.
    const money = inbox.notices?.notices.some(
      ({ kind, at }) => kind.startsWith("order_") && at > this.loadedAt,
    );
    if (fresh || money) this.#load();
    else this.requestUpdate();
  }

  async #load() {
    try {
      this.problem = "";
      this.loadedAt = serverNow();
      this.user = await requireUser();
      if (this.id) {
        this.order = await get(`/api/orders/${encodeURIComponent(this.id)}`);
        title(`Order from @${this.order?.owner.handle}`);
        return;
      }
      await Promise.all([
        this.bought.load("/api/orders", { as: "buyer" }),
        this.sold.load("/api/orders", { as: "seller" }),
      ]);
      const of = { status: "live,interrupted,ended", host: this.user.handle };
      this.hosted = await all("/api/shows", of).catch(() => []);
      // Who only sells looks for sales.
      if (!location.hash && !this.bought.items?.length && this.sold.items?.length)
        this.tab = "sold";
      // What is still to be packed may be old: it counts wherever it stands.
      await this.sold.rest();
    } catch (error) {
      // What is shown stays when its news cannot be had.
      if (!this.order && !this.bought.items) this.problem = explain(error);
    }
  }

  /** @param {Event} event */
  #tabbed(event) {
    this.tab = /** @type {any} */ (event.target).value;
    history.replaceState(history.state, "", this.tab === "sold" ? "#sold" : location.pathname);
  }

  render() {
    return html`<ls-app-bar current=${this.id ? "" : "/orders"}></ls-app-bar>
      <main>
        ${
          this.problem
            ? this.#failed()
            : this.order
              ? this.#one(this.order)
              : this.slips
                ? html`<ls-slips
                    .orders=${this.slips}
                    thanks=${this.thanks}
                    @done=${() => (this.slips = null)}
                  ></ls-slips>`
                : this.bought.items && this.sold.items
                  ? this.#lists(this.bought, this.sold.items)
                  : html`<div class="wait" role="status">Loading your orders…</div>`
        }
      </main>`;
  }

  /** @param {CustomEvent} event */
  async #print(event) {
    try {
      this.thanks = (await get("/api/me")).thanks;
      this.slips = event.detail;
    } catch (error) {
      toastError(error);
    }
  }

  #failed() {
    return html`<ls-empty
      whole
      icon="alert"
      heading=${this.id ? "This order cannot be shown" : "The orders cannot be loaded"}
    >
      ${this.problem}
      <a class="btn primary" slot="action" href="/orders"
        >${this.id ? "All orders" : "Try again"}</a
      >
    </ls-empty>`;
  }

  /** @param {Order} order */
  #one(order) {
    const sold = order.buyer.id !== this.user?.id;
    return html`<a class="quietlink back" href="/orders${sold ? "#sold" : ""}"
        >${icon("back")} ${sold ? "Sold" : "Bought"}</a
      >
      <ls-order
        .order=${order}
        user=${this.user?.id ?? ""}
        @changed=${(/** @type {any} */ e) => (this.order = e.detail)}
        @stale=${() => this.#load()}
      ></ls-order>`;
  }

  /** @param {Paged} bought @param {Order[]} sold */
  #lists(bought, sold) {
    const todo = sold.filter((o) => o.owner.id === this.user?.id && TODO.includes(o.status)).length;
    const list = this.tab === "sold" ? this.sold : bought;
    const sales = inbox.orders.filter(({ role }) => role !== "buyer").length;
    return html`<div class="head"><h1 class="display">Orders</h1></div>
      <ls-tabs
        label="Orders"
        panel="panel"
        .tabs=${[
          { id: "bought", text: "Bought", fresh: inbox.orders.length - sales },
          { id: "sold", text: "Sold", count: todo, fresh: sales },
        ]}
        value=${this.tab}
        @change=${this.#tabbed}
      ></ls-tabs>
      <div id="panel" class="contents">
        ${
          this.tab === "sold"
            ? html`<ls-payouts></ls-payouts>
                <ls-balances .shows=${this.#shows(sold)}></ls-balances>`
            : html`<ls-prizes></ls-prizes>`
        }
        ${
          this.tab === "sold" && list.view.length
            ? html`<ls-sold-list
                .list=${list}
                user=${this.user?.id ?? ""}
                .items=${list.view}
                @changed=${() => this.#load()}
                @slips=${this.#print}
              ></ls-sold-list>`
            : list.view.length
              ? html`<ul class="orders" data-testid="orders-${this.tab}">
                    ${repeat(
                      list.view,
                      (o) => o.id,
                      (o) =>
                        html`<li>
                          <ls-order-card .order=${o} user=${this.user?.id ?? ""}></ls-order-card>
                        </li>`,
                    )}
                  </ul>
                  ${more(list)}`
              : this.#none()
        }
      </div>`;
  }

  #none() {
    return this.tab === "sold"
      ? html`<ls-empty icon="box" heading="Nothing sold yet"
          >Sales from your shows, and from shows that have your listings, appear here.<a
            class="btn primary"
            slot="action"
            href="/closet"
            >Open my closet</a
          ></ls-empty
        >`
      : html`<ls-empty icon="bag" heading="Nothing bought yet"
          >What you claim and pay in a show appears here, with its tracking.<a
            class="btn primary"
            slot="action"
            href="/"
            >See who is live</a
          ></ls-empty
        >`;
  }

  /** Every show with money in it, each once. @param {Order[]} sold */
  #shows(sold) {
    const shows = new Map(
      [...sold.map((o) => o.show), ...this.hosted].map((s) => [s.id, { id: s.id, title: s.title }]),
    );
    return [...shows.values()];
  }

  static styles = [
    shared,
    page,
    css`
      main {
        max-width: 64rem;
      }
      ls-tabs {
        max-width: 24rem;
        width: 100%;
      }
      .orders li:last-child {
        border-bottom: 1px solid var(--line);
      }
      .back {
        margin-bottom: calc(-1 * var(--s-5));
        color: var(--ink-2);
      }
      @media print {
        ls-app-bar,
        .back {
          display: none;
        }
        main {
          padding: 0;
          max-width: none;
        }
      }
    `,
  ];
}
customElements.define("ls-orders-page", LsOrdersPage);
