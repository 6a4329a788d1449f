// @ts-check
import { css, html, nothing, repeat } from "/web/vendor/lit.js";
import { all, get } from "/web/lib/api.js";
import { icon } from "/web/lib/icons.js";
import { money } from "/web/lib/money.js";
import { Paged } from "/web/lib/paged.js";
import { RoomElement } from "/web/lib/room.js";
import { explain } from "/web/lib/words.js";
import { isOnAir } from "/web/lib/show-state.js";
import { KeepFocus } from "/web/components/keep-focus.js";
import { toast, toastError } from "/web/components/ls-toast.js";
import { more } from "/web/components/more.js";
import { fields, shared } from "/web/components/styles.js";
import "/web/components/ls-empty.js";
import "/web/components/ls-photo.js";
import "/web/components/ls-tabs.js";
import "/web/features/catalog/ls-listing-form.js";

/** @typedef {import("/web/lib/protocol.js").Listing} Listing */
/** @typedef {import("/web/lib/protocol.js").Mandate} Mandate */

const AT_ONCE = 8;
/** So much of what was found is shown: who looks for one piece writes more of its name. */
const FOUND = 100;

/**
 * Items that can be put into the show: from the host's closet, lent by others, or new.
 *
 * @property {MediaStream | null} camera  one that is on, to take photos with
 */
export class LsAddItems extends RoomElement {
  static properties = {
    tab: { state: true },
    lent: { state: true },
    words: { state: true },
    problem: { state: true },
    adding: { state: true },
    camera: { attribute: false },
    making: { state: true },
  };

  constructor() {
    super();
    new KeepFocus(this);
    this.tab = "own";
    this.own = new Paged(this);
    /** @type {{listing: Listing, mandate: Mandate}[] | null} */
    this.lent = null;
    this.words = "";
    /** @type {MediaStream | null} */
    this.camera = null;
    /** Something new is being listed. */
    this.making = false;
    this.problem = "";
    /** @type {Set<string>} */
    this.adding = new Set();
  }

  connectedCallback() {
    super.connectedCallback();
    this.updateComplete.then(() => this.#load());
  }

  async #load() {
    const { state } = this;
    if (!state) return;
    try {
      await this.own.load("/api/listings", { seller: state.show.host.handle });
      const mandates = /** @type {Mandate[]} */ (await all("/api/mandates", { as: "host" })).filter(
        (m) =>
          m.status === "active" &&
          m.host.id === state.show.host.id &&
          (m.show === null || m.show.id === state.show.id),
      );
      /** @type {{listing: Listing, mandate: Mandate}[]} */
      const lent = [];
      for (let n = 0; n < mandates.length; n += AT_ONCE) {
        const some = mandates.slice(n, n + AT_ONCE);
        const listings = await Promise.all(
          some.map((m) => get(`/api/listings/${m.listing}`).catch(() => null)),
        );
        listings.forEach(
          (listing, i) => listing && !listing.archived && lent.push({ listing, mandate: some[i] }),
        );
      }
      this.lent = lent;
    } catch (error) {
      this.problem = explain(error);
    }
  }

  /** Who looks for something looks through all of it. @param {InputEvent} event */
  async #search({ target }) {
    this.words = /** @type {HTMLInputElement} */ (target).value;
    await this.own.rest().catch(toastError);
  }

  /** @param {Listing} listing */
  async #add(listing) {
    this.adding = new Set([...this.adding, listing.id]);
    try {
      return await this.room?.command("add", { listing: listing.id });
    } catch (error) {
      toastError(error);
    } finally {
      this.adding = new Set([...this.adding].filter((id) => id !== listing.id));
    }
  }

  render() {
    const { own, lent } = this;
    if (this.making) return this.#form();
    const words = this.words.toLowerCase();
    /** @type {{listing: Listing, mandate: Mandate | null}[]} */
    const rows =
      this.tab === "own"
        ? (words ? (own.items ?? []) : own.view).map((listing) => ({ listing, mandate: null }))
        : (lent ?? []);
    const found = rows.filter(({ listing: l }) =>
      `${l.title} ${l.brand} ${l.owner.handle}`.toLowerCase().includes(words),
    );
    const loading = this.tab === "own" ? own.items === null : lent === null;
    return html`<ls-tabs
        label="Where from"
        panel="panel"
        .value=${this.tab}
        .tabs=${[
          { id: "own", text: "Closet", count: own.next ? undefined : own.items?.length },
          { id: "lent", text: "Lent to the show", count: lent?.length },
        ]}
        @change=${(/** @type {Event} */ e) => (this.tab = /** @type {any} */ (e.target).value)}
      ></ls-tabs>
      ${
        this.#host
          ? html`<button
              class="btn primary block"
              data-testid="list-new"
              @click=${() => (this.making = true)}
            >
              ${icon("plus")} List something new
            </button>`
          : nothing
      }
      <label class="search"
        >${icon("search")}<input
          dir="auto"
          type="search"
          placeholder="Search"
          aria-label="Search"
          data-testid="add-search"
          @input=${this.#search}
      /></label>
      ${
        this.problem
          ? html`<p role="alert">${this.problem}</p>`
          : loading
            ? html`<p class="muted small">Loading…</p>`
            : nothing
      }
      <div id="panel" class="contents">
        <ul>
          ${repeat(
            found.slice(0, words ? FOUND : Infinity),
            ({ listing }) => listing.id,
            (row) => this.#row(row),
          )}
        </ul>
        ${words ? this.#searched(found.length) : this.tab === "own" ? more(own) : nothing}
        ${
          !loading && !rows.length
            ? this.tab === "own"
              ? html`<ls-empty icon="hanger" heading="The closet is empty"
                  >A photo, a title and a price: that is all a piece needs.</ls-empty
                >`
              : html`<ls-empty icon="people" heading="Nothing is lent to you yet"
                  >Ask a seller for a piece from their closet, or let them offer theirs.</ls-empty
                >`
            : nothing
        }
      </div>`;
  }

  /** How far the search has come. @param {number} found */
  #searched(found) {
    const text =
      this.tab === "own" && this.own.next
        ? "Looking through the whole closet…"
        : !found
          ? "Nothing is called like that."
          : found > FOUND
            ? `And ${found - FOUND} more. Write more of the title.`
            : "";
    return text ? html`<p class="muted small" role="status">${text}</p>` : nothing;
  }

  /** Whether the closet that is shown is one's own. */
  get #host() {
    return this.mine?.user.id === this.state?.show.host.id;
  }

  #form() {
    const { state } = this;
    return html`<button
        class="btn quiet compact back"
        data-testid="list-back"
        @click=${() => (this.making = false)}
      >
        ${icon("back")} Back to the closet
      </button>
      ${
        isOnAir(state?.show)
          ? html`<label class="row"
              ><input type="checkbox" data-testid="list-pin" /> Show it to everybody at once</label
            >`
          : nothing
      }
      <ls-listing-form
        action="Put it in the show"
        .currency=${state?.show.currency ?? "EUR"}
        .camera=${this.camera}
        @saved=${(/** @type {CustomEvent<Listing>} */ e) => this.#listed(e.detail)}
      ></ls-listing-form>`;
  }

  /** A new listing goes straight into the show. @param {Listing} listing */
  async #listed(listing) {
    const pin = /** @type {HTMLInputElement | null} */ (
      this.renderRoot.querySelector('[data-testid="list-pin"]')
    )?.checked;
    this.making = false;
    this.own.set([listing, ...(this.own.items ?? [])]);
    const added = await this.#add(listing);
    if (!added) return;
    toast(`#${added.number} ${listing.title} is in the show.`, { tone: "ok" });
    if (pin) await this.room?.command("pin", { item: added.item }).catch(toastError);
  }

  /** @param {{listing: Listing, mandate: Mandate | null}} row */
  #row({ listing, mandate }) {
    const inShow = this.state?.items.some((i) => i.listing === listing.id) ?? false;
    const free = listing.variants.reduce(
      (n, v) => n + Math.max(0, v.quantity - v.held - v.sold),
      0,
    );
    return html`<li data-testid="add-row" data-listing=${listing.id}>
      <ls-photo .photo=${listing.photos[0]}></ls-photo>
      <span class="grow facts">
        <span class="display clip" dir="auto">${listing.title}</span>
        <span class="small"
          ><b>${money(listing.price, listing.currency)}</b>
          <span class="muted">${free} free</span></span
        >
        ${
          mandate
            ? html`<span class="small muted clip"
                >@${listing.owner.handle} · from ${money(mandate.floor, mandate.currency)} ·
                ${mandate.commission_percent}% for you</span
              >`
            : nothing
        }
      </span>
      ${
        inShow
          ? html`<span class="badge ok">${icon("check")} in the show</span>`
          : html`<button
              class="btn compact"
              data-testid="add"
              ?disabled=${this.adding.has(listing.id)}
              aria-label="Add ${listing.title}"
              @click=${() => this.#add(listing)}
            >
              ${icon("plus")} Add
            </button>`
      }
    </li>`;
  }

  static styles = [
    shared,
    fields,
    css`
      :host {
        display: grid;
        gap: var(--s-3);
        min-height: min(60dvh, 30rem);
        align-content: start;
      }
      .back {
        justify-self: start;
      }
      li {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--s-3);
        padding: var(--s-2) 0;
      }
      li + li {
        border-top: 1px solid var(--line);
      }
      ls-photo {
        width: 3.5rem;
        flex: none;
      }
      .facts {
        display: grid;
        line-height: 1.35;
      }
    `,
  ];
}
customElements.define("ls-add-items", LsAddItems);
