// @ts-check
import { LitElement, html, nothing, repeat } from "/web/vendor/lit.js";
import { del, get } from "/web/lib/api.js";
import { icon } from "/web/lib/icons.js";
import { Paged } from "/web/lib/paged.js";
import { requireUser, session, signInUrl } from "/web/lib/session.js";
import { explain, title } from "/web/lib/words.js";
import { toast, toastError } from "/web/components/ls-toast.js";
import { more } from "/web/components/more.js";
import { page } from "/web/components/page-styles.js";
import { shared } from "/web/components/styles.js";
import { likelyCurrency } from "/web/features/catalog/currencies.js";
import { stockText } from "/web/features/catalog/listings.js";
import { coupons } from "/web/features/coupons/lazy.js";
import { styles } from "/web/pages/closet-styles.js";
import "/web/components/ls-dialog.js";
import "/web/components/ls-empty.js";
import "/web/components/ls-tabs.js";
import "/web/features/accounts/ls-profile-head.js";
import "/web/features/catalog/ls-listing-card.js";
import "/web/features/catalog/ls-listing-form.js";
import "/web/features/catalog/ls-listing-view.js";
import "/web/features/discovery/ls-show-card.js";
import "/web/features/lending/ls-lend-form.js";
import "/web/features/lending/ls-lending.js";
import "/web/features/navigation/ls-app-bar.js";

/** @typedef {import("/web/lib/protocol.js").Listing} Listing */
/** @typedef {"" | "view" | "edit" | "new" | "offer" | "ask" | "archive"} Sheet */

/** A closet: one's own, to keep in order; another's, to look at. */
class LsClosetPage extends LitElement {
  static properties = {
    profile: { state: true },
    shows: { state: true },
    problem: { state: true },
    tab: { state: true },
    sheet: { state: true },
    chosen: { state: true },
    archived: { state: true },
    waiting: { state: true },
  };

  constructor() {
    super();
    /** @type {import("/web/features/accounts/ls-profile-head.js").Profile | null} */
    this.profile = null;
    this.list = new Paged(this);
    /** @type {import("/web/lib/protocol.js").ShowCard[]} */
    this.shows = [];
    this.problem = "";
    this.tab = ["lending", "coupons"].find((tab) => location.hash === `#${tab}`) ?? "listings";
    /** @type {Sheet} */
    this.sheet = location.hash === "#new" ? "new" : "";
    /** @type {Listing | null} */
    this.chosen = null;
    this.archived = false;
    this.waiting = 0;
    this.handle = decodeURIComponent(location.pathname.split("/")[2] ?? "")
      .replace(/^@/, "")
      .toLowerCase();
  }

  connectedCallback() {
    super.connectedCallback();
    this.#load();
  }

  get #own() {
    return Boolean(session.user && session.user.handle === this.handle);
  }

  async #load() {
    try {
      const user = this.handle ? await session.load() : await requireUser();
      this.handle ||= user?.handle ?? "";
      this.problem = "";
      // All at once: what comes later would push the rest down.
      const on = { host: this.handle, status: "live,interrupted,scheduled" };
      const wanted = new URLSearchParams(location.search).get("listing");
      const [profile, shared, shows] = await Promise.all([
        get(`/api/users/${encodeURIComponent(this.handle)}`),
        // A link to one listing shows it at once, wherever it stands.
        wanted ? get(`/api/listings/${encodeURIComponent(wanted)}`).catch(() => null) : null,
        get("/api/shows", on).catch(() => ({ items: [] })),
        this.#fetch(),
      ]);
      Object.assign(this, { profile, shows: shows.items });
      const here = shared?.owner.id === profile.user.id;
      if (here && !this.sheet) this.#open("view", shared);
      if (wanted && !here) toast("That piece is not in this closet any more.", { tone: "warn" });
      if (!this.#own) title(`${profile.user.name}’s closet`);
    } catch (error) {
      this.problem = explain(error);
    }
  }

  #fetch() {
    const archived = this.archived && this.#own ? 1 : undefined;
    return this.list.load("/api/listings", { seller: this.handle, archived });
  }

  async #reload() {
    try {
      await this.#fetch();
    } catch (error) {
      toastError(error);
    }
  }

  /** @param {Sheet} sheet @param {Listing | null} [listing] */
  #open(sheet, listing = this.chosen) {
    if (sheet === "ask" && !session.user) {
      location.assign(signInUrl());
      return;
    }
    this.chosen = listing;
    this.sheet = sheet;
    if (sheet === "view" && listing) this.#at(`/closet/${this.handle}?listing=${listing.id}`);
  }

  #close() {
    this.sheet = "";
    this.#at(location.pathname);
  }

  /** What is in the address bar can be shared. @param {string} address */
  #at(address) {
    history.replaceState(history.state, "", address);
  }

  /** @param {CustomEvent<Listing>} event */
  #saved({ detail }) {
    const made = this.sheet === "new";
    this.#close();
    const listings = /** @type {Listing[]} */ (this.list.items ?? []);
    this.list.set(
      made ? [detail, ...listings] : listings.map((l) => (l.id === detail.id ? detail : l)),
    );
    if (made)
      toast(`“${detail.title}” is in your closet.`, {
        tone: "ok",
        action: "Add another",
        run: () => this.#open("new", null),
      });
    else toast("Saved. Shows that have it were told.", { tone: "ok" });
  }

  async #archive() {
    const { chosen } = this;
    if (!chosen) return;
    try {
      await del(`/api/listings/${chosen.id}`);
      this.#close();
      toast(`“${chosen.title}” is archived.`, { tone: "ok" });
      this.#reload();
    } catch (error) {
      toastError(error);
    }
  }

  /** @param {Event} event */
  #tabbed(event) {
    this.tab = /** @type {any} */ (event.target).value;
    this.#at(this.tab === "listings" ? location.pathname : `#${this.tab}`);
  }

  render() {
    return html`<ls-app-bar current=${this.#own ? "/closet" : ""}></ls-app-bar>
      <main>
        ${
          this.problem
            ? this.#failed()
            : this.profile && this.list.items
              ? this.#closet(this.profile, this.list.view)
              : html`<div class="wait" role="status">Opening the closet…</div>`
        }
      </main>
      ${this.#sheets()}`;
  }

  #failed() {
    return html`<ls-empty whole icon="alert" heading="This closet cannot be opened"
      >${this.problem}<a class="btn primary" slot="action" href="/">See the shows</a
      ><button class="btn" slot="action" @click=${() => this.#load()}>Try again</button></ls-empty
    >`;
  }

  /**
   * @param {import("/web/features/accounts/ls-profile-head.js").Profile} profile
   * @param {Listing[]} listings
   */
  #closet(profile, listings) {
    const own = this.#own;
    return html`<ls-profile-head .profile=${profile} ?own=${own}>
        ${
          own
            ? html`<button
                class="btn primary new"
                @click=${() => this.#open("new", null)}
                data-testid="new-listing"
              >
                ${icon("plus")} New listing
              </button>`
            : nothing
        }
      </ls-profile-head>
      ${
        own
          ? html`<ls-tabs
              class="tabs"
              label="Closet"
              panel="panel"
              .tabs=${[
                { id: "listings", text: "Listings" },
                { id: "lending", text: "Lending", count: this.waiting },
                { id: "coupons", text: "Coupons" },
              ]}
              value=${this.tab}
              @change=${this.#tabbed}
            ></ls-tabs>`
          : this.shows.length
            ? html`<ul class="shows">
                ${this.shows.map(
                  (s) =>
                    html`<li>
                      <ls-show-card
                        variant=${s.status === "scheduled" ? "row" : "tile"}
                        .show=${s}
                      ></ls-show-card>
                    </li>`,
                )}
              </ul>`
            : nothing
      }
      <div id="panel" class="contents">
        ${
          own
            ? html`<ls-lending
                ?hidden=${this.tab !== "lending"}
                @counted=${(/** @type {any} */ e) => (this.waiting = e.detail)}
              ></ls-lending>`
            : nothing
        }
        ${own && this.tab === "coupons" ? coupons() : nothing}
        ${this.tab === "listings" || !own ? this.#grid(listings, own) : nothing}
      </div>`;
  }

  /** @param {Listing[]} listings @param {boolean} own */
  #grid(listings, own) {
    if (!listings.length && !this.archived) {
      return own
        ? html`<ls-empty icon="photo" heading="Your closet is empty">
              A photo, a title, a price: a listing takes less than a minute.
              <button class="btn primary" slot="action" @click=${() => this.#open("new", null)}>
                New listing
              </button>
            </ls-empty>
            ${this.#archivedToo()}`
        : html`<ls-empty icon="hanger" heading="Nothing here yet"
            >@${this.handle} has not listed anything.</ls-empty
          >`;
    }
    return html`<section aria-label="Listings">
      <div class="grid" data-testid="listings">
        ${repeat(
          listings,
          (l) => l.id,
          (l) =>
            html`<ls-listing-card
              .listing=${l}
              ?own=${own}
              @open=${() => this.#open("view", l)}
            ></ls-listing-card>`,
        )}
      </div>
      ${more(this.list)} ${own ? this.#archivedToo() : nothing}
    </section>`;
  }

  #archivedToo() {
    return html`<label class="archived"
      ><input
        type="checkbox"
        .checked=${this.archived}
        @change=${(/** @type {any} */ e) => ((this.archived = e.target.checked), this.#reload())}
        data-testid="show-archived"
      />
      Show archived ones too</label
    >`;
  }

  #sheets() {
    const { chosen, sheet } = this;
    const headings = {
      "": "",
      view: chosen?.title ?? "",
      edit: "Edit listing",
      new: "New listing",
      offer: "Lend it to a show",
      ask: "Ask to sell it",
      archive: "Archive it?",
    };
    return html`<ls-dialog
      ?open=${sheet !== ""}
      heading=${headings[sheet]}
      @close=${this.#close}
      data-testid="sheet"
    >
      ${sheet === "view" ? html`<ls-listing-view .listing=${chosen}></ls-listing-view>` : nothing}
      ${
        sheet === "edit" || sheet === "new"
          ? html`<ls-listing-form
              currency=${this.list.items?.[0]?.currency ?? likelyCurrency()}
              .listing=${sheet === "new" ? null : chosen}
              @saved=${this.#saved}
            ></ls-listing-form>`
          : nothing
      }
      ${
        sheet === "offer" || sheet === "ask"
          ? html`<ls-lend-form mode=${sheet} .listing=${chosen} @sent=${this.#lent}></ls-lend-form>`
          : nothing
      }
      ${
        sheet === "archive"
          ? html`<p>
              “${chosen?.title}” leaves your closet and every run of show that is not live, and its
              lending ends. Orders keep it. It does not come back: list it anew if you want it
              again.
            </p>`
          : nothing
      }
      ${this.#footer()}
    </ls-dialog>`;
  }

  #lent() {
    const asked = this.sheet === "ask";
    this.#close();
    toast(
      asked
        ? "Asked. You find the answer in your closet under Lending."
        : "Offered. You find it under Lending.",
      { tone: "ok" },
    );
    /** @type {any} */ (this.renderRoot.querySelector("ls-lending"))?.load();
  }

  #footer() {
    const { chosen, sheet } = this;
    if (!chosen) return nothing;
    if (sheet === "archive") {
      return html`<div slot="footer">
        <button class="btn grow" @click=${() => this.#open("view")}>Keep it</button
        ><button class="btn danger filled grow" @click=${this.#archive} data-testid="archive-sure">
          Archive
        </button>
      </div>`;
    }
    if (sheet !== "view") return nothing;
    if (!this.#own) {
      return html`<div slot="footer">
        <button
          class="btn grow"
          @click=${() => this.#open("ask")}
          ?disabled=${stockText(chosen).tone === "bad"}
          data-testid="ask-for-listing"
        >
          ${icon("hanger")} Ask to sell it in my show
        </button>
      </div>`;
    }
    if (chosen.archived) return nothing;
    return html`<div slot="footer">
      <button
        class="btn primary grow"
        @click=${() => this.#open("edit")}
        data-testid="edit-listing"
      >
        ${icon("edit")} Edit
      </button>
      <button class="btn grow" @click=${() => this.#open("offer")} data-testid="lend-listing">
        ${icon("people")} Lend
      </button>
      <button
        class="btn icon-only"
        aria-label="Archive"
        @click=${() => this.#open("archive")}
        data-testid="archive-listing"
      >
        ${icon("trash")}
      </button>
    </div>`;
  }

  static styles = [shared, page, styles];
}
customElements.define("ls-closet-page", LsClosetPage);
