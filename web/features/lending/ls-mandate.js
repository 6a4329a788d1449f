// @ts-check
import { LitElement, css, html, nothing } from "/web/vendor/lit.js";
import { post } from "/web/lib/api.js";
import { money } from "/web/lib/money.js";
import { whenText } from "/web/lib/when.js";
import { toast, toastError } from "/web/components/ls-toast.js";
import { shared } from "/web/components/styles.js";
import { listingOf } from "/web/features/catalog/listings.js";
import "/web/components/ls-dialog.js";
import "/web/components/ls-photo.js";

/** @typedef {import("/web/lib/protocol.js").Mandate} Mandate */

/**
 * @param {Mandate} mandate
 * @param {"owner" | "host"} side
 * @returns {{text: string, tone: string, waits: boolean}} `waits`: it is our turn
 */
export function mandateStatus(mandate, side) {
  const owner = side === "owner";
  switch (mandate.status) {
    case "active":
      return { text: "Lent", tone: "ok", waits: false };
    case "offered":
      return owner
        ? { text: `Offered, waits for @${mandate.host.handle}`, tone: "warn", waits: false }
        : { text: "Offered to you", tone: "accent", waits: true };
    case "requested":
      return owner
        ? { text: `@${mandate.host.handle} asks for it`, tone: "accent", waits: true }
        : { text: `Asked, waits for @${mandate.owner.handle}`, tone: "warn", waits: false };
    case "declined":
      return { text: "Declined", tone: "", waits: false };
    case "revoked":
      return { text: "Ended", tone: "", waits: false };
    default:
      return { text: "Expired", tone: "", waits: false };
  }
}

/**
 * One lending of a listing to a show or a host, with what can be done about it.
 *
 * @property {Mandate} mandate
 * @property {"owner" | "host"} side  which one we are
 * @fires changed  detail is the mandate as it is now
 */
export class LsMandate extends LitElement {
  static properties = {
    mandate: { attribute: false },
    side: {},
    listing: { state: true },
    gone: { state: true },
    busy: { state: true },
    asking: { state: true },
  };

  constructor() {
    super();
    /** @type {Mandate | null} */
    this.mandate = null;
    /** @type {"owner" | "host"} */
    this.side = "owner";
    /** @type {import("/web/lib/protocol.js").Listing | null} */
    this.listing = null;
    this.gone = false;
    this.busy = false;
    this.asking = false;
  }

  /** @param {import("/web/vendor/lit.js").PropertyValues} changed */
  willUpdate(changed) {
    const id = this.mandate?.listing;
    if (!changed.has("mandate") || !id || this.listing?.id === id) return;
    listingOf(id).then(
      (listing) => (this.listing = listing),
      (error) => (this.gone = error.code === "unknown_listing"),
    );
  }

  /** @param {"accept" | "decline" | "revoke"} what @param {string} done */
  async #act(what, done) {
    if (this.busy || !this.mandate) return;
    this.busy = true;
    this.asking = false;
    try {
      const mandate = await post(`/api/mandates/${this.mandate.id}/${what}`);
      toast(done, { tone: "ok" });
      this.dispatchEvent(new CustomEvent("changed", { detail: mandate }));
    } catch (error) {
      toastError(error);
    } finally {
      this.busy = false;
    }
  }

  render() {
    const { mandate, side } = this;
    if (!mandate) return nothing;
    const status = mandateStatus(mandate, side);
    const { listing } = this;
    const title = listing?.title ?? (this.gone ? "An archived listing" : "…");
    const whom = side === "owner" ? mandate.host : mandate.owner;
    return html`<article data-testid="mandate-${mandate.id}" data-status=${mandate.status}>
      <ls-photo .photo=${listing?.photos[0] ?? null} alt=""></ls-photo>
      <div class="grow">
        <span class="badge ${status.tone}">${status.text}</span>
        <h3 class="display">${title}</h3>
        <p class="small">
          ${this.#direction(mandate)} <a href="/closet/${whom.handle}">@${whom.handle}</a>,
          ${
            mandate.show
              ? html`for <a href="/shows/${mandate.show.id}" dir="auto">${mandate.show.title}</a>`
              : "for all shows"
          }
        </p>
        <p class="small muted">
          ${listing ? `Listed at ${money(listing.price, listing.currency)} · ` : nothing}not below
          ${money(mandate.floor, mandate.currency)} ·
          ${
            mandate.commission_percent
              ? `${mandate.commission_percent}% for the host`
              : "no commission"
          }${mandate.expires_at ? ` · until ${whenText(mandate.expires_at)}` : ""}
        </p>
        ${this.#actions(mandate, status.waits)}
      </div>
      <ls-dialog
        ?open=${this.asking}
        heading="End the lending?"
        @close=${() => (this.asking = false)}
      >
        <p>
          ${
            side === "owner"
              ? html`“${title}” leaves every run of show at once.`
              : html`You give “${title}” back to @${mandate.owner.handle}. It leaves your run of
                show at once.`
          }
          Holds that stand are honoured and can still be paid.
        </p>
        <div slot="footer">
          <button class="btn grow" @click=${() => (this.asking = false)}>
            ${side === "owner" ? "Go on lending" : "Keep it"}
          </button>
          <button
            class="btn danger filled grow"
            @click=${() => this.#act("revoke", "The lending has ended.")}
            data-testid="mandate-revoke-sure"
          >
            ${side === "owner" ? "Take it back" : "Give it back"}
          </button>
        </div>
      </ls-dialog>
    </article>`;
  }

  /** @param {Mandate} mandate */
  #direction({ status }) {
    if (this.side === "host") return "from";
    return status === "requested" ? "would be lent to" : "to";
  }

  /** @param {Mandate} mandate @param {boolean} waits */
  #actions(mandate, waits) {
    if (waits) {
      return html`<div class="actions">
        <button
          class="btn ok compact"
          ?disabled=${this.busy}
          @click=${() =>
            this.#act(
              "accept",
              this.side === "owner" ? "It can be sold there now." : "You can add it to a show now.",
            )}
          data-testid="mandate-accept"
        >
          Accept
        </button>
        <button
          class="btn compact"
          ?disabled=${this.busy}
          @click=${() => this.#act("decline", "Declined.")}
          data-testid="mandate-decline"
        >
          Decline
        </button>
      </div>`;
    }
    if (mandate.status === "active") {
      return html`<div class="actions">
        <button
          class="btn compact"
          ?disabled=${this.busy}
          @click=${() => (this.asking = true)}
          data-testid="mandate-revoke"
        >
          ${this.side === "owner" ? "Take back" : "Give back"}
        </button>
      </div>`;
    }
    if (mandate.status === "offered" || mandate.status === "requested") {
      return html`<div class="actions">
        <button
          class="btn compact quiet"
          ?disabled=${this.busy}
          @click=${() => this.#act("revoke", "Withdrawn.")}
          data-testid="mandate-withdraw"
        >
          Withdraw
        </button>
      </div>`;
    }
    return nothing;
  }

  static styles = [
    shared,
    css`
      article {
        display: flex;
        gap: var(--s-4);
        padding: var(--s-4) 0;
        border-top: 1px solid var(--line);
        align-items: flex-start;
      }
      article > ls-photo {
        width: 4.5rem;
        flex: none;
      }
      h3 {
        font-size: var(--t-l);
        margin: var(--s-1) 0;
        overflow-wrap: anywhere;
      }
      .actions {
        display: flex;
        flex-wrap: wrap;
        gap: var(--s-2);
        margin-top: var(--s-2);
      }
      .btn.quiet {
        padding-left: 0;
      }
    `,
  ];
}
customElements.define("ls-mandate", LsMandate);
