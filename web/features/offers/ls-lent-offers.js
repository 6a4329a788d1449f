// @ts-check
import { LitElement, css, html, nothing, repeat } from "/web/vendor/lit.js";
import { get, newKey, post } from "/web/lib/api.js";
import { learnClock } from "/web/lib/time.js";
import { shared } from "/web/components/styles.js";
import { inbox } from "/web/features/inbox/inbox.js";
import "/web/features/offers/ls-offer-card.js";

/**
 * @typedef {import("/web/lib/protocol.js").State} State
 * @typedef {import("/web/lib/protocol.js").Mine} Mine
 * @typedef {{id: string, state: State, mine: Mine}} Place
 */

/**
 * Offers for one's pieces in shows that one is not in: their owner answers them from here. They are
 * those of the shows that told of one lately.
 */
export class LsLentOffers extends LitElement {
  static properties = { places: { state: true } };

  constructor() {
    super();
    /** @type {Place[]} */
    this.places = [];
    this.newest = 0;
    this.onInbox = () => this.#heard();
  }

  connectedCallback() {
    super.connectedCallback();
    inbox.addEventListener("change", this.onInbox);
    this.#heard();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    inbox.removeEventListener("change", this.onInbox);
    this.newest = 0;
  }

  get #told() {
    return (inbox.notices?.notices ?? []).filter(({ kind }) => kind.startsWith("offer_"));
  }

  #heard() {
    const newest = Math.max(0, ...this.#told.map(({ at }) => at));
    if (newest <= this.newest) return;
    this.newest = newest;
    void this.#load();
  }

  async #load() {
    const shows = [...new Set(this.#told.map(({ show }) => show.id))];
    const found = await Promise.all(shows.map((id) => this.#look(id)));
    this.places = found.filter((place) => place !== null);
  }

  /** A show that cannot be read now has nothing to answer. @param {string} id */
  async #look(id) {
    try {
      /** @type {Mine} */
      const mine = await get(`/api/shows/${id}/mine`);
      learnClock(mine.now);
      if (!mine.offers_for_me.length) return null;
      const { state } = await get(`/api/shows/${id}/state`);
      return { id, state: /** @type {State} */ (state), mine };
    } catch {
      return null;
    }
  }

  render() {
    if (!this.places.length) return nothing;
    return html`<section data-testid="lent-offers">
      <h2 class="display">Offers for your pieces</h2>
      ${this.places.map(({ id, state, mine }) => this.#place(id, state, mine))}
    </section>`;
  }

  /** @param {string} id @param {State} state @param {Mine} mine */
  #place(id, { show, items }, { offers_for_me: offers }) {
    const frozenAt = show.status === "interrupted" ? show.interrupted_at : null;
    return html`<p class="muted small">In <a href="/shows/${id}">${show.title}</a></p>
      <ul>
        ${repeat(
          offers,
          ({ offer }) => offer,
          (offer) =>
            html`<li>
              <ls-offer-card
                side="seller"
                .offer=${offer}
                .item=${items.find((item) => item.id === offer.item) ?? null}
                .currency=${show.currency}
                .frozenAt=${frozenAt}
                .send=${(/** @type {string} */ type, /** @type {any} */ fields) =>
                  post(`/api/shows/${id}/commands`, { type, key: newKey(), ...fields })}
                @answered=${() => this.#load()}
              ></ls-offer-card>
            </li>`,
        )}
      </ul>`;
  }

  static styles = [
    shared,
    css`
      :host {
        display: block;
        grid-column: 1 / -1;
      }
      ul {
        display: grid;
        gap: var(--s-3);
        margin-top: var(--s-3);
      }
      li {
        padding: var(--s-4);
        border: 1px solid var(--line);
        border-radius: var(--r-m);
        background: var(--surface);
      }
    `,
  ];
}
customElements.define("ls-lent-offers", LsLentOffers);
