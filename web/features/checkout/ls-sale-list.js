// @ts-check
import { css, html, nothing, repeat } from "/web/vendor/lit.js";
import { icon } from "/web/lib/icons.js";
import { Paged } from "/web/lib/paged.js";
import { RoomElement } from "/web/lib/room.js";
import { agoText } from "/web/lib/time.js";
import { counted, explain } from "/web/lib/words.js";
import { money } from "/web/lib/money.js";
import { toast, toastError } from "/web/components/ls-toast.js";
import { more } from "/web/components/more.js";
import { fields, shared } from "/web/components/styles.js";
import { STATUS } from "/web/lib/order-status.js";
import "/web/components/ls-countdown.js";
import "/web/components/ls-dialog.js";
import "/web/components/ls-sure.js";
import "/web/features/checkout/ls-change-hold.js";
import "/web/features/claims/ls-hold-for.js";

/** @typedef {import("/web/lib/protocol.js").Sale} Sale */

/** So long after something has happened the list is asked for again, once for all of it. */
const SETTLES_MS = 1_200;

/** What was not paid. @type {Record<string, {text: string, tone: string}>} */
const UNPAID = {
  waiting: { text: "Waiting", tone: "" },
  held: { text: "Held", tone: "warn" },
  paying: { text: "Paying", tone: "ok" },
  released: { text: "Given back", tone: "" },
  expired: { text: "Ran out", tone: "" },
  taken_back: { text: "Taken back", tone: "" },
};

/** What one can look for. @type {[string, string][]} */
const FILTERS = [
  ["", "Everything"],
  ["waiting,held,paying", "Not paid yet"],
  ["paid", "To pack"],
  ["packed", "To send"],
  ["shipped,delivered", "Sent"],
  ["not_as_described,refunded,cancelled", "Taken back or disputed"],
  ["released,expired,taken_back", "Not bought"],
];

/**
 * Everything that is claimed and sold in the show, of whom, and what can be done about it.
 */
export class LsSaleList extends RoomElement {
  static properties = {
    words: { state: true },
    filter: { state: true },
    person: { state: true },
    problem: { state: true },
    changed: { state: true },
    giving: { state: true },
  };

  constructor() {
    super();
    this.words = "";
    this.filter = "";
    /** Whose alone. @type {import("/web/lib/protocol.js").User | null} */
    this.person = null;
    this.problem = "";
    /** The hold that is put right. @type {Sale | null} */
    this.changed = null;
    /** Whether something is held for the person. */
    this.giving = false;
    this.list = new Paged(this);
    this.timer = 0;
    /** @type {unknown} */
    this.known = undefined;
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearTimeout(this.timer);
    this.timer = 0;
  }

  willUpdate() {
    if (this.state && this.state.items !== this.known) {
      const first = this.known === undefined;
      this.known = this.state.items;
      this.#again(first ? 0 : SETTLES_MS);
    }
  }

  #again(ms = 0) {
    if (this.timer) return;
    this.timer = window.setTimeout(() => {
      this.timer = 0;
      this.#load();
    }, ms);
  }

  async #load() {
    if (!this.room) return;
    try {
      await this.list.load(`/api/shows/${this.room.show}/sales`, {
        ...(this.words && { q: this.words }),
        ...(this.filter && { state: this.filter }),
        ...(this.person && { user: this.person.id }),
      });
      this.problem = "";
    } catch (error) {
      this.problem = explain(error);
    }
  }

  /** @param {Sale} sale */
  async #cancel(sale) {
    try {
      await this.room?.command("cancel_claim", { claim: sale.id });
      toast(`The hold of @${sale.user.handle} is cancelled.`, { tone: "ok" });
    } catch (error) {
      toastError(error);
    }
    this.#again();
  }

  render() {
    const { list } = this;
    return html`<h2 class="caption">Claims and orders</h2>
      <div class="tools">
        <label class="search"
          >${icon("search")}<input
            dir="auto"
            type="search"
            placeholder="Person, piece or #number"
            aria-label="Search claims and orders"
            data-testid="sales-search"
            @input=${(/** @type {InputEvent} */ e) => {
              this.words = /** @type {HTMLInputElement} */ (e.target).value.trim();
              clearTimeout(this.timer);
              this.timer = 0;
              this.#again(300);
            }}
        /></label>
        <select
          aria-label="Which of them"
          data-testid="sales-filter"
          @change=${(/** @type {Event} */ e) => {
            this.filter = /** @type {HTMLSelectElement} */ (e.target).value;
            this.#load();
          }}
        >
          ${FILTERS.map(
            ([states, text]) =>
              html`<option value=${states} ?selected=${states === this.filter}>${text}</option>`,
          )}
        </select>
      </div>
      ${this.person ? this.#only(this.person) : nothing}
      ${this.problem ? html`<p role="alert" class="failed">${this.problem}</p>` : nothing}
      ${
        list.items && !list.items.length && !this.problem
          ? html`<p class="muted small">Nothing here.</p>`
          : nothing
      }
      <ul>
        ${repeat(
          list.view,
          (sale) => sale.id,
          (sale) => this.#sale(sale),
        )}
      </ul>
      ${more(list)}${this.#dialogs()}`;
  }

  /** @param {import("/web/lib/protocol.js").User} person */
  #only(person) {
    return html`<p class="row">
      <span class="grow clip">Only @${person.handle}</span>
      <button class="btn compact" data-testid="sales-hold" @click=${() => (this.giving = true)}>
        Hold a piece
      </button>
      <button
        class="btn quiet compact"
        data-testid="sales-everybody"
        @click=${() => {
          this.person = null;
          this.#load();
        }}
      >
        Show everybody
      </button>
    </p>`;
  }

  /** @param {Sale} sale */
  #sale(sale) {
    const { item, user, owner, state, quantity, variant, price } = sale;
    const shown = UNPAID[state] ?? STATUS[state] ?? { text: state, tone: "" };
    const currency = this.state?.show.currency ?? "";
    const lent = owner.id !== this.state?.show.host.id;
    const what = [variant, quantity > 1 ? counted(quantity, "piece") : ""].filter(Boolean);
    return html`<li data-testid="sale" data-state=${state} data-user=${user.handle}>
      <span class="hangtag">${item.number}</span>
      <span class="grow">
        <span class="clip" dir="auto">${[item.title, ...what].join(", ")}</span>
        <button
          class="who"
          aria-label="Only what @${user.handle} has"
          @click=${() => {
            this.person = user;
            this.#load();
          }}
        >
          @${user.handle}
        </button>
        <span class="muted small"
          >${money(price * quantity, currency)} ·
          ${agoText(sale.at)}${lent ? ` · lent by @${owner.handle}` : ""}</span
        >
      </span>
      <span class="end">
        <span class="badge ${shown.tone}">${shown.text}</span>
        ${state === "held" ? this.#held(sale) : nothing}
        ${
          sale.order
            ? html`<a
                class="btn compact"
                href="/orders/${sale.order}"
                aria-label="Order of @${user.handle}: ${item.title}"
                data-testid="sale-order"
                >Order</a
              >`
            : nothing
        }
      </span>
    </li>`;
  }

  /** @param {Sale} sale */
  #held(sale) {
    const { user, item } = sale;
    return html`<ls-countdown
        .until=${sale.until ?? 0}
        .frozenAt=${this.state?.show.interrupted_at ?? null}
      ></ls-countdown
      ><button
        class="btn compact"
        aria-label="Change what @${user.handle} holds of ${item.title}"
        data-testid="sale-change"
        @click=${() => (this.changed = sale)}
      >
        Change</button
      ><ls-sure
        name="sale-cancel"
        question="Take it away?"
        label="Cancel the hold of @${user.handle}"
        @sure=${() => this.#cancel(sale)}
        >Cancel</ls-sure
      >`;
  }

  #dialogs() {
    return html`<ls-dialog
        heading="Change a hold"
        .open=${this.changed !== null}
        @close=${() => (this.changed = null)}
      >
        ${
          this.changed
            ? html`<ls-change-hold
                .sale=${this.changed}
                @done=${() => {
                  this.changed = null;
                  this.#again();
                }}
              ></ls-change-hold>`
            : nothing
        }
      </ls-dialog>
      <ls-dialog heading="Hold a piece" .open=${this.giving} @close=${() => (this.giving = false)}>
        ${
          this.giving
            ? html`<ls-hold-for
                .user=${this.person}
                @done=${() => {
                  this.giving = false;
                  this.#again();
                }}
              ></ls-hold-for>`
            : nothing
        }
      </ls-dialog>`;
  }

  static styles = [
    shared,
    fields,
    css`
      :host {
        display: grid;
        gap: var(--s-3);
        align-content: start;
      }
      .tools {
        display: grid;
        gap: var(--s-2);
      }
      .row {
        flex-wrap: wrap;
      }
      li {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--s-2) var(--s-3);
        padding: var(--s-3) 0;
        border-top: 1px solid var(--line);
      }
      li .grow {
        display: grid;
        flex-basis: 9rem;
        min-width: 0;
      }
      .who {
        justify-self: start;
        min-height: var(--tap);
        min-width: var(--tap);
        padding: 0;
        border: 0;
        background: none;
        color: inherit;
        text-align: start;
        text-decoration: underline;
        font-weight: var(--w-bold);
        overflow-wrap: anywhere;
      }
      .end {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--s-2);
        margin-inline-start: auto;
      }
    `,
  ];
}
customElements.define("ls-sale-list", LsSaleList);
