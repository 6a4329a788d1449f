// @ts-check
import { LitElement, css, html, nothing, repeat } from "/web/vendor/lit.js";
import { all } from "/web/lib/api.js";
import { icon } from "/web/lib/icons.js";
import { explain } from "/web/lib/words.js";
import { page } from "/web/components/page-styles.js";
import { shared } from "/web/components/styles.js";
import { inbox } from "/web/features/inbox/inbox.js";
import { mandateStatus } from "/web/features/lending/ls-mandate.js";
import "/web/components/ls-empty.js";
import "/web/features/offers/ls-lent-offers.js";

/** @typedef {import("/web/lib/protocol.js").Mandate} Mandate */
/** @typedef {"owner" | "host"} Side */

const OVER = ["declined", "revoked", "expired"];

/**
 * All lending in both directions: what wants an answer first, what stands, what is over.
 *
 * @fires counted  detail is the number of mandates that wait for our answer
 */
export class LsLending extends LitElement {
  static properties = {
    lent: { state: true },
    borrowed: { state: true },
    hidden: { type: Boolean, reflect: true },
    problem: { state: true },
  };

  constructor() {
    super();
    /** @type {Mandate[] | null} */
    this.lent = null;
    /** @type {Mandate[] | null} */
    this.borrowed = null;
    this.problem = "";
    /** When the newest thing happened that is in the lists. */
    this.heard = 0;
    this.onInbox = () => this.#heard();
  }

  connectedCallback() {
    super.connectedCallback();
    inbox.addEventListener("change", this.onInbox);
    this.heard = inbox.notices?.lending.news[0]?.at ?? 0;
    this.load();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    inbox.removeEventListener("change", this.onInbox);
  }

  /** It is there all the time, and looked at when its tab is open. */
  updated() {
    if (!this.hidden) inbox.lendingLooked();
  }

  /** What others did comes without reloading. */
  #heard() {
    const newest = inbox.notices?.lending.news[0]?.at ?? 0;
    if (newest > this.heard) {
      this.heard = newest;
      this.load();
    }
    if (!this.hidden) inbox.lendingLooked();
  }

  async load() {
    try {
      [this.lent, this.borrowed] = await Promise.all([
        all("/api/mandates", { as: "owner" }),
        all("/api/mandates", { as: "host" }),
      ]);
      this.problem = "";
      this.#count();
    } catch (error) {
      this.problem = explain(error);
    }
  }

  #count() {
    const waiting = (/** @type {Mandate[] | null} */ list, /** @type {Side} */ side) =>
      (list ?? []).filter((m) => mandateStatus(m, side).waits).length;
    this.dispatchEvent(
      new CustomEvent("counted", {
        detail: waiting(this.lent, "owner") + waiting(this.borrowed, "host"),
      }),
    );
  }

  /** @param {CustomEvent<Mandate>} event @param {Side} side */
  #changed({ detail }, side) {
    const put = (/** @type {Mandate[] | null} */ list) =>
      (list ?? []).map((m) => (m.id === detail.id ? detail : m));
    if (side === "owner") this.lent = put(this.lent);
    else this.borrowed = put(this.borrowed);
    this.#count();
  }

  render() {
    if (this.problem)
      return html`<p class="note bad" role="alert">
        ${icon("alert")}<span>${this.problem}</span>
      </p>`;
    if (!this.lent || !this.borrowed) return html`<div class="wait" role="status">Loading…</div>`;
    if (!this.lent.length && !this.borrowed.length) {
      return html`<ls-lent-offers></ls-lent-offers
        ><ls-empty icon="hanger" heading="Nothing is lent yet">
          Offer a listing of yours to another host, or open another closet and ask to sell a piece
          in your show.
        </ls-empty>`;
    }
    return html`<ls-lent-offers></ls-lent-offers>${this.#side(
        "From my closet",
        "What other hosts sell for you.",
        this.lent,
        "owner",
      )}
      ${this.#side("In my shows", "What you sell for others.", this.borrowed, "host")}`;
  }

  /** @param {string} heading @param {string} lead @param {Mandate[]} list @param {Side} side */
  #side(heading, lead, list, side) {
    const over = list.filter((m) => OVER.includes(m.status));
    const rest = list
      .filter((m) => !OVER.includes(m.status))
      .sort(
        (a, b) =>
          Number(mandateStatus(b, side).waits) - Number(mandateStatus(a, side).waits) ||
          b.created_at - a.created_at,
      );
    const row = (/** @type {Mandate} */ m) =>
      html`<li>
        <ls-mandate
          .mandate=${m}
          side=${side}
          @changed=${(/** @type {any} */ e) => this.#changed(e, side)}
        ></ls-mandate>
      </li>`;
    return html`<section data-testid="lending-${side}">
      <h2 class="display">${heading}</h2>
      <p class="muted small">${lead}</p>
      ${
        rest.length
          ? html`<ul>
              ${repeat(rest, (m) => m.id, row)}
            </ul>`
          : html`<p class="none muted">Nothing at the moment.</p>`
      }
      ${
        over.length
          ? html`<details>
              <summary class="muted">
                ${icon("chevron")} ${over.length} that ${over.length === 1 ? "is" : "are"} over
              </summary>
              <ul>
                ${repeat(over, (m) => m.id, row)}
              </ul>
            </details>`
          : nothing
      }
    </section>`;
  }

  static styles = [
    shared,
    page,
    css`
      :host {
        display: grid;
        gap: var(--s-6);
        align-items: start;
      }
      .none {
        padding: var(--s-4) 0;
        border-top: 1px solid var(--line);
      }
      ul {
        margin-top: var(--s-3);
      }
      @media (min-width: 900px) {
        :host {
          grid-template-columns: 1fr 1fr;
          gap: var(--s-7);
        }
      }
    `,
  ];
}
customElements.define("ls-lending", LsLending);
