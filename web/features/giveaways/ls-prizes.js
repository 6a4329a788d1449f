// @ts-check
import { LitElement, css, html, nothing } from "/web/vendor/lit.js";
import { get } from "/web/lib/api.js";
import { icon } from "/web/lib/icons.js";
import { clockOrDayText } from "/web/lib/when.js";
import { shared } from "/web/components/styles.js";
import { GIFT } from "/web/features/giveaways/odds.js";

/** @typedef {import("/web/lib/protocol.js").Prize} Prize */

/** What one has won in giveaways and not claimed yet. Of who has nothing it says nothing. */
export class LsPrizes extends LitElement {
  static properties = { prizes: { state: true } };

  constructor() {
    super();
    /** @type {Prize[]} */
    this.prizes = [];
  }

  connectedCallback() {
    super.connectedCallback();
    get("/api/prizes").then(
      ({ items }) => (this.prizes = items),
      // The page is about orders: these are told in the show as well.
      () => {},
    );
  }

  updated() {
    this.toggleAttribute("hidden", !this.prizes.length);
  }

  render() {
    if (!this.prizes.length) return nothing;
    return html`<h2 class="caption">Won, and waiting for you</h2>
      <ul>
        ${this.prizes.map(
          (prize) =>
            html`<li>
              <span class="grow"
                >${icon(GIFT)} <b dir="auto">${prize.title}</b><br /><span class="muted small"
                  >from <bdi>${prize.show.title}</bdi>, until ${clockOrDayText(prize.until)}</span
                ></span
              >
              <a class="btn ok" href="/giveaways/${prize.giveaway}" data-testid="prize"
                >Say where it goes</a
              >
            </li>`,
        )}
      </ul>`;
  }

  static styles = [
    shared,
    css`
      :host {
        display: grid;
        gap: var(--s-2);
      }
      :host([hidden]) {
        display: none;
      }
      ul {
        display: grid;
        gap: var(--s-2);
      }
      li {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--s-2) var(--s-4);
        padding: var(--s-3);
        border: 1px solid var(--line);
        border-radius: var(--r-m);
        background: var(--surface);
      }
      .grow {
        flex: 1 1 12rem;
        overflow-wrap: anywhere;
      }
    `,
  ];
}
customElements.define("ls-prizes", LsPrizes);
