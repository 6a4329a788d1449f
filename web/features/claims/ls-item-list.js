// @ts-check
import { css, html, nothing, repeat } from "/web/vendor/lit.js";
import { icon } from "/web/lib/icons.js";
import { RoomElement } from "/web/lib/room.js";
import { priceNow } from "/web/lib/show-state.js";
import { counted } from "/web/lib/words.js";
import { fields, shared } from "/web/components/styles.js";
import { stockText } from "/web/features/claims/offer.js";
import "/web/components/ls-countdown.js";
import "/web/components/ls-empty.js";
import "/web/components/ls-money.js";
import "/web/components/ls-photo.js";

/** @typedef {import("/web/lib/protocol.js").Item} Item */

/**
 * All items of a show with a search; a row opens its item.
 *
 * @fires open  detail is the item's id
 */
export class LsItemList extends RoomElement {
  static properties = { words: { state: true } };

  constructor() {
    super();
    this.words = "";
  }

  /** @param {Item} item */
  #matches(item) {
    const { number, title, brand, category, owner, variants } = item;
    const labels = variants.map((v) => v.label);
    const hay = [`#${number}`, title, brand, category, owner.handle, ...labels]
      .join(" ")
      .toLowerCase();
    return this.words
      .toLowerCase()
      .split(/\s+/)
      .every((word) => hay.includes(word));
  }

  render() {
    const { state } = this;
    if (!state) return nothing;
    if (!state.items.length)
      return html`<ls-empty icon="hanger" heading="Nothing on the rail yet"
        >Items appear here as the host adds them.</ls-empty
      >`;
    const found = state.items.filter((item) => this.#matches(item));
    // What is shown now comes first, whatever its place in the run of show.
    const rows = found.toSorted(
      (a, b) => Number(b.id === state.pinned) - Number(a.id === state.pinned),
    );
    return html`<label class="search"
        >${icon("search")}<input
          dir="auto"
          type="search"
          placeholder="Search ${counted(state.items.length, "item")}"
          aria-label="Search the items"
          data-testid="item-search"
          .value=${this.words}
          @input=${(/** @type {InputEvent} */ e) =>
            (this.words = /** @type {HTMLInputElement} */ (e.target).value)}
      /></label>
      <ul>
        ${repeat(
          rows,
          (item) => item.id,
          (item) => html`<li>${this.#row(item, state)}</li>`,
        )}
      </ul>
      ${
        rows.length
          ? nothing
          : html`<p class="muted none">
              Nothing matches “${this.words}”. Try a brand, a size or a number.
            </p>`
      }`;
  }

  /** @param {Item} item @param {import("/web/lib/protocol.js").State} state */
  #row(item, { pinned }) {
    const claim = this.mine?.claims.find((c) => c.item === item.id);
    const waiting = this.mine?.waitlist.find((w) => w.item === item.id);
    const price = priceNow(item, this.state, this.mine);
    const next = item.holds.length ? Math.min(...item.holds.map((h) => h.until)) : null;
    return html`<button
      class="item ${item.sold_out && !claim ? "out" : ""}"
      data-testid="item-row"
      data-item=${item.id}
      data-number=${item.number}
      @click=${() => this.dispatchEvent(new CustomEvent("open", { detail: item.id }))}
    >
      <ls-photo .photo=${item.photos[0]}></ls-photo>
      <span class="facts">
        <span class="tags">
          <span class="hangtag">${item.number}</span>
          ${item.id === pinned ? html`<span class="badge live">Now</span>` : nothing}
          ${
            claim
              ? html`<span class="badge ok">Yours</span>`
              : waiting
                ? html`<span class="badge warn">Waiting: ${waiting.place}</span>`
                : nothing
          }
        </span>
        <span class="title display" dir="auto">${item.title}</span>
        <span class="sub muted clip"
          >${[item.brand, item.lent ? `lent by @${item.owner.handle}` : ""]
            .filter(Boolean)
            .join(" · ")}</span
        >
      </span>
      <span class="right">
        <ls-money .amount=${price.amount} .was=${price.was} .currency=${item.currency}></ls-money>
        <span class="stock">${stockText(item)}</span>
        ${
          price.flash
            ? html`<span class="badge live"
                >Flash
                <ls-countdown
                  bare
                  .until=${price.flash.until}
                  .frozenAt=${this.frozenAt}
                ></ls-countdown
              ></span>`
            : nothing
        }
        ${
          next !== null && !claim
            ? html`<ls-countdown .until=${next} .frozenAt=${this.frozenAt}></ls-countdown>`
            : nothing
        }
      </span>
    </button>`;
  }

  static styles = [
    shared,
    fields,
    css`
      .search {
        position: sticky;
        top: 0;
        z-index: 1;
        padding: 0 0 var(--s-2);
        background: var(--surface);
      }
      .item {
        display: grid;
        grid-template-columns: 4rem minmax(0, 1fr) fit-content(45%);
        gap: var(--s-3);
        align-items: center;
        width: 100%;
        padding: var(--s-2);
        border: 0;
        border-radius: var(--r-m);
        background: none;
        text-align: left;
        cursor: pointer;
      }
      .item:hover {
        background: var(--sunken);
      }
      li + li {
        border-top: 1px solid var(--line);
      }
      ls-photo {
        width: 4rem;
      }
      .out ls-photo {
        filter: grayscale(0.85);
        opacity: 0.75;
      }
      .facts {
        display: grid;
        gap: 0.1rem;
        min-width: 0;
      }
      .tags {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--s-1);
        min-height: 1.4rem;
      }
      .hangtag {
        font-size: var(--t-xs);
      }
      .title {
        font-size: var(--t-m);
        display: -webkit-box;
        -webkit-box-orient: vertical;
        -webkit-line-clamp: 2;
        overflow: hidden;
      }
      .sub {
        font-size: var(--t-xs);
      }
      .right {
        display: grid;
        justify-items: end;
        gap: 0.1rem;
        font-size: var(--t-xs);
        text-align: end;
        color: var(--ink-2);
      }
      .right ls-money {
        font-weight: 750;
        font-size: var(--t-m);
        color: var(--ink);
      }
      .out .right ls-money {
        color: var(--ink-2);
        font-weight: 500;
      }
      ls-countdown {
        color: var(--warn-ink);
      }
      .badge ls-countdown {
        color: inherit;
      }
      .none {
        padding: var(--s-5) var(--s-2);
      }
    `,
  ];
}
customElements.define("ls-item-list", LsItemList);
