// @ts-check
import { css, html, nothing } from "/web/vendor/lit.js";
import { icon } from "/web/lib/icons.js";
import { amountAdvice, money, moneyInput, parseMoney } from "/web/lib/money.js";
import { RoomElement } from "/web/lib/room.js";
import { durationText } from "/web/lib/time.js";
import { FormController, dataOf, text } from "/web/components/forms.js";
import { KeepFocus } from "/web/components/keep-focus.js";
import { toast } from "/web/components/ls-toast.js";
import { fields, shared } from "/web/components/styles.js";
import { available } from "/web/lib/show-state.js";
import { standingText } from "/web/features/auctions/standing.js";
import "/web/components/ls-countdown.js";
import "/web/components/ls-field.js";
import "/web/components/ls-sure.js";
import "/web/features/auctions/ls-auction-records.js";

/** @typedef {import("/web/lib/protocol.js").Auction} Auction */

const SECONDS = [15, 30, 60, 120, 300];
const EXTENSIONS = [5, 8, 10, 15, 30];

/**
 * Where the team prepares an auction of an item, opens it, and takes it back.
 *
 * @property {import("/web/lib/protocol.js").Item} item
 */
export class LsAuctionDesk extends RoomElement {
  static properties = { item: { attribute: false }, preparing: { state: true } };

  constructor() {
    super();
    new KeepFocus(this);
    /** @type {import("/web/lib/protocol.js").Item | null} */
    this.item = null;
    this.preparing = false;
    this.form = new FormController(this);
  }

  /** @param {string} type @param {Record<string, any>} fields @param {string} done */
  async #command(type, fields, done) {
    const went = await this.form.send(null, async () => this.room?.command(type, fields));
    if (went && done) toast(done, { tone: "ok" });
    return went;
  }

  /** @param {SubmitEvent} event */
  async #prepare(event) {
    event.preventDefault();
    const { item } = this;
    if (!item) return;
    const data = dataOf(event);
    const prepare = event.submitter?.getAttribute("value") === "prepare";
    const start = parseMoney(text(data, "start"), item.currency);
    const typed = text(data, "reserve");
    const reserve = parseMoney(typed, item.currency);
    if (!start || (typed && !reserve)) {
      toast(amountAdvice(item.currency), { tone: "warn" });
      return;
    }
    const fields = {
      item: item.id,
      variant: text(data, "variant") || undefined,
      quantity: Number(text(data, "quantity") || 1),
      start_price: start,
      reserve: reserve || undefined,
      seconds: Number(text(data, "seconds")),
      extension_seconds: Number(text(data, "extension")),
      sudden_death: data.get("sudden") === "on",
      prepare,
    };
    const done = prepare ? "Everybody can bid. Open it when you are ready." : "";
    if (await this.#command("auction", fields, done)) this.preparing = false;
  }

  render() {
    const { item, state } = this;
    if (!item || !state || state.show.status === "ended") return nothing;
    const own = state.auctions.filter((auction) => auction.item === item.id);
    return html`<section aria-label="Auction" data-testid="auction-desk">
      <h3 class="caption">Auction</h3>
      ${own.map((auction) => this.#known(auction))}
      ${state.chances?.filter((c) => c.item === item.id).map((chance) => this.#chance(chance))}
      <ls-auction-records .item=${item}></ls-auction-records>
      ${this.form.error ? html`<p class="note" role="alert">${this.form.rest()}</p>` : nothing}
      ${
        this.preparing
          ? this.#terms(item)
          : html`<button
              class="btn block"
              data-testid="auction-prepare"
              ?disabled=${!available(item.variants)}
              @click=${() => (this.preparing = true)}
            >
              ${icon("plus")} Sell it in an auction
            </button>`
      }
    </section>`;
  }

  /** @param {Auction} auction */
  #known(auction) {
    const { state } = this;
    const currency = state?.show.currency ?? "";
    const reserve = state?.auction_terms?.find((t) => t.auction === auction.id)?.reserve;
    const running = auction.ends_at !== null;
    return html`<div class="known" data-testid="auction-known">
      <p class="grow">
        <b class="num">${money(auction.price, currency)}</b>
        ${
          running
            ? html`<ls-countdown
                .until=${auction.ends_at ?? 0}
                .frozenAt=${this.frozenAt}
              ></ls-countdown>`
            : nothing
        }<br /><span class="muted small"
          >${auction.quantity > 1 ? `${auction.unit} of ${auction.quantity} · ` : ""}${standingText(
            auction,
            undefined,
            this.mine?.user.id,
            currency,
          )}${reserve ? ` (${money(reserve, currency)})` : ""}</span
        >
      </p>
      ${
        running
          ? nothing
          : html`<button
              class="btn primary"
              data-testid="auction-open"
              ?disabled=${this.form.busy || state?.show.status !== "live"}
              @click=${() => this.#command("open_auction", { auction: auction.id }, "")}
            >
              Open it
            </button>`
      }
      ${auction.bids ? nothing : this.#cancel(auction)}
    </div>`;
  }

  /** Nobody has bid yet. @param {Auction} auction */
  #cancel({ id }) {
    return html`<ls-sure
      name="auction-cancel"
      question="Take it back?"
      label="Cancel the auction"
      @sure=${() => this.#command("cancel_auction", { auction: id }, "The auction is taken back.")}
      >Cancel</ls-sure
    >`;
  }

  /** @param {import("/web/lib/protocol.js").Chance} chance */
  #chance({ user, price, until }) {
    return html`<p class="small" data-testid="auction-chance">
      Not paid. @${user.handle} can have it for ${money(price, this.state?.show.currency ?? "")}:
      <ls-countdown .until=${until} .frozenAt=${this.frozenAt}></ls-countdown>
    </p>`;
  }

  /** @param {import("/web/lib/protocol.js").Item} item */
  #terms(item) {
    const { form, state } = this;
    const free = state?.show.status === "live" && !state.auctions.some((a) => a.ends_at !== null);
    return html`<form @submit=${this.#prepare} data-testid="auction-form">
      ${
        item.variants.length > 1
          ? html`<ls-field label="Which one"
              ><select name="variant">
                ${item.variants.map((v) => html`<option value=${v.id}>${v.label}</option>`)}
              </select></ls-field
            >`
          : nothing
      }
      <ls-field label="Starts at (${item.currency})" error=${form.at("start")}
        ><input
          name="start"
          inputmode="decimal"
          autocomplete="off"
          required
          value=${moneyInput(Math.max(1, Math.floor(item.price / 4)), item.currency)}
          data-testid="auction-start"
      /></ls-field>
      <ls-field
        label="Lowest price (${item.currency})"
        optional
        hint="Below it nothing is sold. Nobody sees how much it is."
        error=${form.at("reserve")}
        ><input name="reserve" inputmode="decimal" autocomplete="off" data-testid="auction-reserve"
      /></ls-field>
      <ls-field label="Runs for"
        ><select name="seconds" data-testid="auction-seconds">
          ${SECONDS.map(
            (s) =>
              html`<option value=${s} ?selected=${s === 30}>${durationText(s * 1000)}</option>`,
          )}
        </select></ls-field
      >
      <ls-field label="A late bid sets the clock to"
        ><select name="extension" data-testid="auction-extension">
          ${EXTENSIONS.map(
            (s) => html`<option value=${s} ?selected=${s === 8}>${durationText(s * 1000)}</option>`,
          )}
        </select></ls-field
      >
      <ls-field label="Pieces, one after the other"
        ><input
          name="quantity"
          type="number"
          min="1"
          max=${Math.min(50, available(item.variants))}
          value="1"
          required
      /></ls-field>
      <label class="check"
        ><input type="checkbox" name="sudden" /> Sudden death: late bids give no more time</label
      >
      <div class="row">
        <button type="button" class="btn grow" @click=${() => (this.preparing = false)}>
          Not now</button
        ><button
          class="btn grow ${free ? "" : "primary"}"
          value="prepare"
          ?disabled=${form.busy}
          data-testid="auction-send"
        >
          Prepare it</button
        >${
          free
            ? html`<button
                class="btn primary grow"
                ?disabled=${form.busy}
                data-testid="auction-start-now"
              >
                Start it now
              </button>`
            : nothing
        }
      </div>
    </form>`;
  }

  static styles = [
    shared,
    fields,
    css`
      section,
      form {
        display: grid;
        gap: var(--s-3);
      }
      .known {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--s-2);
      }
      .check {
        display: flex;
        align-items: center;
        gap: var(--s-2);
        min-height: var(--tap);
      }
      .note {
        color: var(--bad-ink);
      }
    `,
  ];
}
customElements.define("ls-auction-desk", LsAuctionDesk);
