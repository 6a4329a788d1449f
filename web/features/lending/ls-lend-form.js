// @ts-check
import { LitElement, css, html, nothing } from "/web/vendor/lit.js";
import { all, get, post } from "/web/lib/api.js";
import { icon } from "/web/lib/icons.js";
import { amountAdvice, money, moneyInput, parseMoney } from "/web/lib/money.js";
import { session } from "/web/lib/session.js";
import { serverNow } from "/web/lib/time.js";
import { fromLocalInput, localInput } from "/web/lib/when.js";
import { FormController, dataOf, text } from "/web/components/forms.js";
import { page } from "/web/components/page-styles.js";
import { fields, shared } from "/web/components/styles.js";
import "/web/components/ls-field.js";
import "/web/components/ls-photo.js";

/** @typedef {import("/web/lib/protocol.js").Listing} Listing */
/** @typedef {import("/web/lib/protocol.js").ShowCard} ShowCard */

/**
 * The terms under which a listing is lent to shows: its owner offers it, or a host asks for it.
 *
 * @property {Listing} listing
 * @property {"offer" | "ask"} mode
 * @property {string} show  id of the show that is chosen at first (`ask`)
 * @fires sent  detail is the mandate
 */
export class LsLendForm extends LitElement {
  static properties = {
    listing: { attribute: false },
    mode: {},
    show: {},
    shows: { state: true },
    floor: { state: true },
    percent: { state: true },
  };

  constructor() {
    super();
    /** @type {Listing | null} */
    this.listing = null;
    /** @type {"offer" | "ask"} */
    this.mode = "offer";
    this.show = "";
    /** @type {ShowCard[]} */
    this.shows = [];
    /** @type {number | null} */
    this.floor = null;
    this.percent = 0;
    this.form = new FormController(this);
  }

  connectedCallback() {
    super.connectedCallback();
    this.#loadShows();
  }

  async #loadShows() {
    const mine = this.mode === "ask";
    const query = {
      status: mine ? "live,interrupted,scheduled,draft" : "live,interrupted,scheduled",
      host: mine ? session.user?.handle : undefined,
    };
    // Of others' shows the next ones are enough: a host can be named by handle.
    const items = await (
      mine
        ? all("/api/shows", query)
        : get("/api/shows", { ...query, limit: 100 }).then((page) => page.items)
    ).catch(() => []);
    this.shows = items.filter(
      (/** @type {ShowCard} */ s) => mine || s.host.id !== session.user?.id,
    );
  }

  /** @param {import("/web/vendor/lit.js").PropertyValues} changed */
  willUpdate(changed) {
    if (changed.has("listing") && this.listing) this.floor = this.listing.price;
  }

  /** @param {SubmitEvent} event */
  async #send(event) {
    const { listing } = this;
    if (!listing) return;
    const data = dataOf(event);
    const to = text(data, "to");
    const handle = text(data, "host").replace(/^@/, "").toLowerCase();
    const expires = fromLocalInput(text(data, "expires"));
    const body = {
      listing: listing.id,
      ...(to ? { show: to } : this.mode === "offer" ? { host: handle } : {}),
      ...(this.floor !== null ? { floor: this.floor } : {}),
      commission_percent: this.percent,
      ...(expires ? { expires_at: expires } : {}),
    };
    await this.form.send(event, async () => {
      const mandate = await post("/api/mandates", body);
      this.dispatchEvent(new CustomEvent("sent", { detail: mandate }));
    });
  }

  /** @param {Event} event */
  #priced(event) {
    const input = /** @type {HTMLInputElement} */ (event.target);
    const currency = this.listing?.currency ?? "EUR";
    this.floor = parseMoney(input.value, currency);
    input.setCustomValidity(this.floor ? "" : amountAdvice(currency));
  }

  render() {
    const { listing, form } = this;
    if (!listing) return nothing;
    const ask = this.mode === "ask";
    return html`<form class="stack" @submit=${this.#send} data-testid="lend-form">
      <div class="row">
        <ls-photo .photo=${listing.photos[0] ?? null} alt=""></ls-photo>
        <span class="grow"
          ><b class="display" dir="auto">${listing.title}</b><br /><span class="muted small"
            >${money(listing.price, listing.currency)} · @${listing.owner.handle}</span
          ></span
        >
      </div>
      ${ask ? this.#askedFor() : this.#offeredTo()}
      <div class="pair">
        <ls-field
          label="Lowest price (${listing.currency})"
          hint=${ask ? "You promise not to sell below." : "It cannot be sold below."}
          error=${form.at("floor")}
        >
          <input
            name="floor"
            inputmode="decimal"
            required
            .value=${moneyInput(listing.price, listing.currency)}
            @input=${this.#priced}
            data-testid="lend-floor"
          />
        </ls-field>
        <ls-field
          label="Commission (%)"
          hint=${ask ? "Your share. 0 is normal." : "The host’s share. 0 is normal."}
          error=${form.at("commission_percent")}
        >
          <input
            name="percent"
            type="number"
            inputmode="numeric"
            min="0"
            max="90"
            required
            .value=${String(this.percent)}
            @input=${(/** @type {any} */ e) => (this.percent = Number(e.target.value))}
            data-testid="lend-commission"
          />
        </ls-field>
      </div>
      <ls-field
        label="Until"
        optional
        hint="Empty: until one of you ends it."
        error=${form.at("expires_at")}
      >
        <input
          dir="auto"
          name="expires"
          type="datetime-local"
          min=${localInput(serverNow())}
          data-testid="lend-expires"
        />
      </ls-field>
      ${this.#sum(listing)}
      ${
        form.error
          ? html`<p class="note bad" role="alert" data-testid="problem">
              ${icon("alert")}<span
                >${
                  form.rest(["floor", "commission_percent", "expires_at", "host"]) ||
                  "Look at the marked fields."
                }</span
              >
            </p>`
          : nothing
      }
      <button class="btn primary block" ?disabled=${form.busy} data-testid="lend-send">
        ${form.busy ? "One moment…" : ask ? `Ask @${listing.owner.handle}` : "Offer it"}
      </button>
      <p class="muted small">
        ${
          ask
            ? "Nothing happens before the owner says yes."
            : "The host has to accept. You can take it back at any time; holds that stand are honoured."
        }
      </p>
    </form>`;
  }

  #offeredTo() {
    return html`<ls-field label="To">
        <select
          name="to"
          @change=${(/** @type {any} */ e) => (this.show = e.target.value)}
          data-testid="lend-to"
        >
          <option value="">A host, all their shows</option>
          ${this.shows.map(
            (s) =>
              html`<option value=${s.id} ?selected=${s.id === this.show}>
                ${s.title} (@${s.host.handle})
              </option>`,
          )}
        </select>
      </ls-field>
      ${
        this.show
          ? nothing
          : html`<ls-field label="Host" error=${this.form.at("host", "unknown_user", "not_found")}>
              <input
                name="host"
                required
                placeholder="@handle"
                autocapitalize="none"
                spellcheck="false"
                autocomplete="off"
                data-testid="lend-host"
              />
            </ls-field>`
      }`;
  }

  #askedFor() {
    return html`<ls-field label="For">
      <select name="to" data-testid="lend-to">
        <option value="">All my shows</option>
        ${this.shows.map(
          (s) => html`<option value=${s.id} ?selected=${s.id === this.show}>${s.title}</option>`,
        )}
      </select>
    </ls-field>`;
  }

  /** @param {Listing} listing */
  #sum(listing) {
    const { currency } = listing;
    const floor = this.floor ?? listing.price;
    const raised = floor > listing.price;
    const price = Math.max(listing.price, floor);
    const share = Math.floor((price * this.percent) / 100);
    const above = raised
      ? html`<p class="note warn" data-testid="lend-above">
          ${icon("info")}<span
            >That is more than its price of ${money(listing.price, currency)}: the host has to sell
            it for more.</span
          >
        </p>`
      : nothing;
    if (!share) return above;
    return html`${above}
      <p class="note">
        ${icon("info")}<span
          >Sold at ${money(price, currency)}, the host gets ${money(share, currency)} and the owner
          ${money(price - share, currency)}, before the operator’s fee.</span
        >
      </p>`;
  }

  static styles = [
    shared,
    fields,
    page,
    css`
      ls-photo {
        width: 3.5rem;
        flex: none;
      }
    `,
  ];
}
customElements.define("ls-lend-form", LsLendForm);
