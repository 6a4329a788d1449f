// @ts-check
import { css, html, nothing } from "/web/vendor/lit.js";
import { announce } from "/web/lib/a11y.js";
import { ApiError } from "/web/lib/api.js";
import { icon } from "/web/lib/icons.js";
import { amountAdvice, money, moneyInput, parseMoney } from "/web/lib/money.js";
import { RoomElement } from "/web/lib/room.js";
import { signInUrl } from "/web/lib/session.js";
import { itemOf } from "/web/lib/show-state.js";
import { toast, toastError } from "/web/components/ls-toast.js";
import { fields, shared } from "/web/components/styles.js";
import { shownAuction, standingText } from "/web/features/auctions/standing.js";
import "/web/components/ls-countdown.js";
import "/web/components/ls-dialog.js";
import "/web/components/ls-field.js";
import "/web/components/ls-sure.js";
import "/web/features/auctions/ls-hold-button.js";

/** @typedef {import("/web/lib/protocol.js").Auction} Auction */

/**
 * The auction that is open, or that one can bid in before it opens: who leads, and the button that
 * says what it will bid.
 */
export class LsAuction extends RoomElement {
  static properties = {
    writing: { state: true },
    problem: { state: true },
    sure: { state: true },
    busy: { state: true },
    again: { state: true },
  };

  constructor() {
    super();
    /** Whether a maximum is being written. */
    this.writing = false;
    this.problem = "";
    /** An amount that was far above the price, and is asked again. @type {number | null} */
    this.sure = null;
    this.busy = false;
    /** Whether we would buy if the winner does not pay; null: as our last bid says.
     * @type {boolean | null} */
    this.again = null;
    /** Whether we led when we looked last. @type {boolean | undefined} */
    this.led = undefined;
    this.about = "";
  }

  get #auction() {
    return this.state && shownAuction(this.state);
  }

  willUpdate() {
    const auction = this.#auction;
    this.toggleAttribute("hidden", !auction);
    const about = auction ? `${auction.id} ${auction.unit}` : "";
    if (about !== this.about) {
      this.about = about;
      this.led = undefined;
      this.writing = false;
      this.again = null;
    }
    this.#feel();
  }

  /** Whoever is outbid hears and feels it. */
  #feel() {
    const leading = this.#bid?.leading;
    if (this.led && leading === false) {
      navigator.vibrate?.([60, 40, 60]);
      announce("You are outbid.", "assertive");
    }
    if (leading !== undefined) this.led = leading;
  }

  get #bid() {
    const auction = this.#auction;
    return this.mine?.bids.find((bid) => bid.auction === auction?.id);
  }

  /** Whether we would buy if the winner does not pay. */
  get #willing() {
    return this.again ?? this.#bid?.second_chance ?? false;
  }

  /** @param {Auction} auction @param {number} maximum @param {boolean} [sure] */
  async #place(auction, maximum, sure = false) {
    if (!this.room || this.busy) return;
    this.busy = true;
    this.problem = "";
    try {
      const answer = await this.room.command("bid", {
        auction: auction.id,
        amount: Math.min(auction.next, maximum),
        maximum,
        seen: this.room.seq || undefined,
        sure,
        second_chance: this.#willing,
      });
      this.writing = false;
      this.sure = null;
      const leads = answer.status === "leading";
      announce(leads ? "You lead." : "Somebody has said more.", "assertive");
    } catch (error) {
      this.#refused(error, maximum);
    } finally {
      this.busy = false;
    }
  }

  /** @param {unknown} error @param {number} amount */
  #refused(error, amount) {
    if (error instanceof ApiError && error.code === "bid_far_above") {
      this.writing = true;
      this.sure = amount;
      return;
    }
    const next = error instanceof ApiError ? error.extra.next : undefined;
    const currency = this.show?.currency ?? "";
    if (next === undefined) toastError(error);
    else if (this.writing) this.problem = `At least ${money(next, currency)}.`;
    else toast(`Somebody was faster. Now it takes ${money(next, currency)}.`, { tone: "warn" });
  }

  /** @param {SubmitEvent} event @param {Auction} auction */
  #written(event, auction) {
    event.preventDefault();
    const form = /** @type {HTMLFormElement} */ (event.currentTarget);
    const currency = this.show?.currency ?? "";
    const amount = parseMoney(String(new FormData(form).get("amount") ?? ""), currency);
    if (!amount) this.problem = amountAdvice(currency);
    else void this.#place(auction, amount, this.sure === amount);
  }

  render() {
    const { state, show, mine } = this;
    const auction = this.#auction;
    if (!auction || !state || !show) return nothing;
    const item = itemOf(state, auction.item);
    const title = item ? `#${item.number} ${item.title}` : "An item";
    const open = auction.ends_at !== null;
    return html`<section data-testid="auction" data-open=${open} aria-label="Auction: ${title}">
      <header>
        <span class="badge ${open ? "live" : "accent"}">${icon("hanger")} Auction</span>
        <b class="grow clip" dir="auto"
          >${title}${auction.quantity > 1 ? ` · ${auction.unit} of ${auction.quantity}` : ""}</b
        >
        ${this.#clock(auction)}
      </header>
      <p class="price">
        <b class="num" data-testid="auction-price">${money(auction.price, show.currency)}</b>
        <span class="muted small" data-testid="auction-standing"
          >${standingText(auction, this.#bid, mine?.user.id, show.currency)}</span
        >
      </p>
      ${this.#act(auction, title)} ${this.writing ? this.#maximum(auction, title) : nothing}
    </section>`;
  }

  /** @param {Auction} auction */
  #clock(auction) {
    if (auction.closing) return html`<b data-testid="auction-closing">Last bids come in…</b>`;
    if (auction.ends_at === null) return html`<span class="muted small">opens soon</span>`;
    return html`<ls-countdown
      data-testid="auction-left"
      .until=${auction.ends_at}
      .frozenAt=${this.frozenAt}
    ></ls-countdown>`;
  }

  /** @param {Auction} auction @param {string} title */
  #act(auction, title) {
    const { show, mine, guest, state } = this;
    const currency = show?.currency ?? "";
    if (guest)
      return html`<a class="btn primary block" href=${signInUrl()} data-testid="bid-sign-in"
        >Sign in to bid</a
      >`;
    const item = state && itemOf(state, auction.item);
    if (!mine || mine.can.includes("sell") || item?.owner.id === mine.user.id) return nothing;
    if (show?.status === "interrupted")
      return html`<p class="muted small">
        The clock stands still. Bidding goes on with the show.
      </p>`;
    const leading = this.#bid?.leading ?? false;
    return html`<div class="act">
      ${
        leading
          ? html`<p class="leads" data-testid="auction-leading">${icon("check")} You lead</p>`
          : html`<ls-hold-button
              ?disabled=${this.busy}
              label="Hold to bid ${money(auction.next, currency)} for ${title}"
              @held=${() => this.#place(auction, auction.next)}
              >Hold to bid ${money(auction.next, currency)}</ls-hold-button
            >`
      }
      <button
        class="btn"
        data-testid="bid-maximum"
        @click=${() => Object.assign(this, { writing: true, problem: "", sure: null })}
      >
        ${leading ? "More" : "Your maximum"}
      </button>
      ${this.#switch()}
    </div>`;
  }

  #switch() {
    const said = this.#bid?.second_chance;
    const later = said !== undefined && this.#willing !== said;
    return html`<label class="again small"
      ><input
        type="checkbox"
        data-testid="bid-again"
        .checked=${this.#willing}
        @change=${(/** @type {Event} */ e) =>
          (this.again = /** @type {HTMLInputElement} */ (e.target).checked)}
      />
      Ask me if the winner does not pay${later ? " (counts from your next bid on)" : ""}</label
    >`;
  }

  /** @param {Auction} auction @param {string} title */
  #maximum(auction, title) {
    const currency = this.show?.currency ?? "";
    const own = this.#bid;
    const least = own?.leading ? own.maximum + 1 : auction.next;
    return html`<ls-dialog
      heading="Your maximum"
      .open=${true}
      @close=${() => (this.writing = false)}
    >
      <form
        class="stack"
        data-testid="bid-form"
        @submit=${(/** @type {SubmitEvent} */ e) => this.#written(e, auction)}
      >
        <p>
          The most that you would pay for ${title}. Nobody sees it: we bid for you, one step at a
          time, as long as it is enough. A bid binds: if you win, the piece is held for you to pay.
        </p>
        <ls-field label="In ${currency}" error=${this.problem}
          ><input
            name="amount"
            inputmode="decimal"
            autocomplete="off"
            required
            value=${moneyInput(least, currency)}
            @input=${() => (this.sure = null)}
            data-testid="bid-amount"
        /></ls-field>
        ${
          this.sure === null
            ? nothing
            : html`<p class="note warn" role="alert" data-testid="bid-sure">
                ${icon("alert")}<span
                  >${money(this.sure, currency)} is far above the price of
                  ${money(auction.price, currency)}. Bid again if you mean it.</span
                >
              </p>`
        }
        <button class="btn primary block" ?disabled=${this.busy} data-testid="bid-send">
          ${this.sure === null ? "Bid" : "Yes, I mean it"}
        </button>
      </form>
    </ls-dialog>`;
  }

  static styles = [
    shared,
    fields,
    css`
      :host {
        display: block;
        flex: none;
      }
      section {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: var(--s-2);
        padding: var(--s-2) var(--s-3) var(--s-3);
        border: 1px solid var(--line);
        border-radius: var(--r-m);
        background: var(--surface);
        color: var(--ink);
        box-shadow: var(--shadow-1);
      }
      header,
      .price,
      .act {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--s-1) var(--s-2);
      }
      header .grow {
        flex: 1 1 6rem;
      }
      .price .num {
        font-size: var(--t-xl);
      }
      .price,
      .btn {
        overflow-wrap: anywhere;
      }
      .act > :first-child {
        flex: 1 1 min(12rem, 100%);
        min-width: 0;
      }
      .again {
        display: flex;
        flex: 1 1 100%;
        align-items: center;
        gap: var(--s-2);
        min-height: var(--tap);
      }
      .leads {
        display: flex;
        align-items: center;
        gap: var(--s-2);
        min-height: 3.25rem;
        color: var(--ok-ink);
        font-weight: var(--w-bold);
      }
      .stack {
        display: grid;
        gap: var(--s-4);
      }
      .note {
        display: flex;
        gap: var(--s-2);
        padding: var(--s-3);
        border-radius: var(--r-m);
        background: var(--warn-soft);
        color: var(--warn-ink);
      }
    `,
  ];
}
customElements.define("ls-auction", LsAuction);
