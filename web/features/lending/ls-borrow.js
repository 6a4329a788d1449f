// @ts-check
import { LitElement, css, html, nothing, repeat } from "/web/vendor/lit.js";
import { all, get } from "/web/lib/api.js";
import { icon } from "/web/lib/icons.js";
import { Paged } from "/web/lib/paged.js";
import { FormController, dataOf, text } from "/web/components/forms.js";
import { toast } from "/web/components/ls-toast.js";
import { more } from "/web/components/more.js";
import { page } from "/web/components/page-styles.js";
import { fields, shared } from "/web/components/styles.js";
import { stockText } from "/web/features/catalog/listings.js";
import "/web/components/ls-dialog.js";
import "/web/components/ls-field.js";
import "/web/features/catalog/ls-listing-card.js";
import "/web/features/lending/ls-lend-form.js";
import "/web/features/lending/ls-mandate.js";

/** @typedef {import("/web/lib/protocol.js").Listing} Listing */
/** @typedef {import("/web/lib/protocol.js").Mandate} Mandate */

/** The server words what is no handle for programs. */
const NOBODY = "There is nobody with that handle. Check the spelling.";
const STANDING = ["active", "offered", "requested"];

/**
 * Lent listings for one show: what is lent or offered, and asking other sellers for theirs.
 *
 * @property {string} show  its id
 * @property {boolean} host  we are the host: lending is between the owner and the host
 */
export class LsBorrow extends LitElement {
  static properties = {
    show: {},
    host: { type: Boolean },
    mandates: { state: true },
    whose: { state: true },
    chosen: { state: true },
  };

  constructor() {
    super();
    this.show = "";
    this.host = false;
    /** @type {Mandate[]} */
    this.mandates = [];
    this.found = new Paged(this);
    this.whose = "";
    /** @type {Listing | null} */
    this.chosen = null;
    this.form = new FormController(this);
  }

  connectedCallback() {
    super.connectedCallback();
    this.#load();
  }

  async #load() {
    const mandates = await all("/api/mandates", { as: "host" }).catch(() => []);
    this.mandates = mandates.filter(
      (/** @type {Mandate} */ m) =>
        STANDING.includes(m.status) && (!m.show || m.show.id === this.show),
    );
  }

  /** @param {SubmitEvent} event */
  #search(event) {
    const handle = text(dataOf(event), "seller").replace(/^@/, "").toLowerCase();
    return this.form.send(event, async () => {
      await get(`/api/users/${encodeURIComponent(handle)}`);
      await this.found.load("/api/listings", { seller: handle });
      this.whose = handle;
    });
  }

  /** @param {CustomEvent<Mandate>} event */
  #sent({ detail }) {
    this.chosen = null;
    this.mandates = [detail, ...this.mandates];
    toast(`Asked @${detail.owner.handle}. Once they accept, you can add it to the run of show.`, {
      tone: "ok",
    });
  }

  render() {
    if (!this.host)
      return html`<p class="muted">
        Lending is agreed between the owner of a piece and the host of the show.
      </p>`;
    const active = this.mandates.filter((m) => m.status === "active");
    const open = this.mandates.filter((m) => m.status !== "active");
    return html`${
        this.mandates.length
          ? nothing
          : html`<p class="muted">Nothing is lent to this show yet.</p>`
      }
      ${this.#list(open)}
      ${
        active.length
          ? html`<details ?open=${active.length < 3}>
              <summary data-testid="lent-active">
                ${icon("chevron")} ${active.length}
                ${active.length === 1 ? "piece is" : "pieces are"} lent: add
                ${active.length === 1 ? "it" : "them"} in the run of show
              </summary>
              ${this.#list(active)}
            </details>`
          : nothing
      }
      <form class="row ask" @submit=${this.#search} data-testid="borrow-form">
        <ls-field
          class="grow"
          label="Ask a seller"
          hint="Look through their closet and ask for a piece."
          error=${this.form.error?.code === "invalid" ? NOBODY : this.form.rest()}
        >
          <input
            name="seller"
            required
            placeholder="@handle"
            autocapitalize="none"
            spellcheck="false"
            autocomplete="off"
            maxlength="25"
            data-testid="borrow-handle"
          />
        </ls-field>
        <button class="btn" ?disabled=${this.form.busy} data-testid="borrow-search">
          ${icon("search")} Look
        </button>
      </form>
      ${this.found.items ? this.#closet(this.found) : nothing}
      <ls-dialog
        ?open=${this.chosen !== null}
        heading="Ask to sell it"
        @close=${() => (this.chosen = null)}
      >
        ${
          this.chosen
            ? html`<ls-lend-form
                mode="ask"
                show=${this.show}
                .listing=${this.chosen}
                @sent=${this.#sent}
              ></ls-lend-form>`
            : nothing
        }
      </ls-dialog>`;
  }

  /** @param {Mandate[]} mandates */
  #list(mandates) {
    return html`<ul>
      ${repeat(
        mandates,
        (m) => m.id,
        (m) =>
          html`<li>
            <ls-mandate .mandate=${m} side="host" @changed=${() => this.#load()}></ls-mandate>
          </li>`,
      )}
    </ul>`;
  }

  /** @param {Paged} list */
  #closet(list) {
    const found = list.view.filter((/** @type {Listing} */ l) => stockText(l).tone !== "bad");
    if (!found.length && !list.longer)
      return html`<p class="muted" role="status">
        @${this.whose} has nothing that could be lent right now.
      </p>`;
    return html`<div class="grid" role="group" aria-label="Closet of @${this.whose}">
        ${repeat(
          found,
          (l) => l.id,
          (l) =>
            html`<ls-listing-card
              .listing=${l}
              @open=${() => (this.chosen = l)}
            ></ls-listing-card>`,
        )}
      </div>
      ${more(list)}`;
  }

  static styles = [
    shared,
    fields,
    page,
    css`
      :host {
        display: grid;
        gap: var(--s-4);
      }
      .ask {
        align-items: flex-start;
      }
      .ask .btn {
        margin-top: calc(var(--t-s) * 1.45 + var(--s-1));
      }
      .grid {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(min(100%, 8.5rem), 1fr));
        gap: var(--s-4) var(--s-3);
      }
    `,
  ];
}
customElements.define("ls-borrow", LsBorrow);
