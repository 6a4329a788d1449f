// @ts-check
import { css, html, nothing, repeat } from "/web/vendor/lit.js";
import { announce } from "/web/lib/a11y.js";
import { icon } from "/web/lib/icons.js";
import { dragRow } from "/web/lib/reorder.js";
import { RoomElement } from "/web/lib/room.js";
import { KeepFocus } from "/web/components/keep-focus.js";
import { flashOf, isOnAir } from "/web/lib/show-state.js";
import { toast, toastError } from "/web/components/ls-toast.js";
import { shared } from "/web/components/styles.js";
import { pieces, stockText } from "/web/features/claims/offer.js";
import "/web/components/ls-countdown.js";
import "/web/components/ls-empty.js";
import "/web/components/ls-money.js";
import "/web/components/ls-photo.js";

/** @typedef {import("/web/lib/protocol.js").Item} Item */

/**
 * The items in the order in which they are shown: pin, unpin, move, open.
 *
 * @fires open  an item is to be looked after; detail is its id
 * @fires add   items are to be added
 */
export class LsRunOfShow extends RoomElement {
  static properties = { dragging: { state: true }, target: { state: true } };

  constructor() {
    super();
    new KeepFocus(this);
    /** Index of the row that is dragged, or -1. */
    this.dragging = -1;
    /** Index at which it would end. */
    this.target = -1;
  }

  /** @param {string} type @param {Record<string, any>} fields */
  async #command(type, fields) {
    try {
      await this.room?.command(type, fields);
      return true;
    } catch (error) {
      toastError(error);
      return false;
    }
  }

  /** @param {Item} item @param {boolean} pinned */
  async #pin(item, pinned) {
    if (!(await this.#command(pinned ? "unpin" : "pin", pinned ? {} : { item: item.id }))) return;
    announce(pinned ? `${item.title} is not shown any more.` : `Now showing ${item.title}.`);
  }

  /** @param {Item} item @param {number} to */
  async #move(item, to) {
    if (await this.#command("move", { item: item.id, to }))
      announce(`${item.title} is number ${to + 1} in the run of show.`);
  }

  /** @param {PointerEvent} event @param {Item} item @param {number} index */
  #drag(event, item, index) {
    if (event.button !== 0) return;
    const rows = /** @type {HTMLElement[]} */ ([...this.renderRoot.querySelectorAll("li")]);
    this.dragging = this.target = index;
    dragRow(
      event,
      rows,
      index,
      (to) => (this.target = to),
      (to) => {
        this.dragging = this.target = -1;
        if (to !== null) this.#move(item, to);
      },
    );
  }

  /** Pin what comes after the pinned one. */
  #next() {
    const { state } = this;
    if (!state) return;
    const at = state.items.findIndex((i) => i.id === state.pinned);
    const next = state.items.slice(at + 1).find((i) => !i.sold_out);
    if (next) this.#pin(next, false);
    else toast("That was the last item that can still be had.");
  }

  render() {
    const { state } = this;
    if (!state) return nothing;
    const over = state.show.status === "ended";
    if (!state.items.length) {
      return html`<ls-empty icon="hanger" heading="An empty rail"
        >Add items from your closet, or items that others lent to you.
        <button
          slot="action"
          class="btn primary"
          data-testid="add-open"
          @click=${() => this.dispatchEvent(new Event("add"))}
        >
          Add items
        </button></ls-empty
      >`;
    }
    return html`<div class="bar">
        <h2 class="display grow">
          Run of show <span class="muted small num">${state.items.length}</span>
        </h2>
        ${
          over
            ? nothing
            : html`<button
                  class="btn compact"
                  aria-label="Next: show it to everybody"
                  data-testid="pin-next"
                  @click=${this.#next}
                >
                  Next</button
                ><button
                  class="btn compact primary"
                  data-testid="add-open"
                  @click=${() => this.dispatchEvent(new Event("add"))}
                >
                  ${icon("plus")} Add
                </button>`
        }
      </div>
      <ol class=${this.dragging >= 0 ? "moving" : ""}>
        ${repeat(
          state.items,
          (i) => i.id,
          (item, index) => this.#row(item, index, state, over),
        )}
      </ol>`;
  }

  /**
   * @param {Item} item
   * @param {number} index
   * @param {import("/web/lib/protocol.js").State} state
   * @param {boolean} over
   */
  #row(item, index, { pinned, items, show }, over) {
    const on = item.id === pinned;
    const shown = isOnAir(show) ? "On air" : "First";
    const flash = flashOf(this.state, item.id);
    const next = item.holds.length ? Math.min(...item.holds.map((h) => h.until)) : null;
    const mark =
      this.dragging >= 0 && this.target === index && this.dragging !== index
        ? this.target > this.dragging
          ? "after"
          : "before"
        : "";
    return html`<li
      class="${on ? "on" : ""} ${this.dragging === index ? "dragged" : ""} ${mark}"
      data-testid="run-item"
      data-item=${item.id}
      data-number=${item.number}
      ?data-pinned=${on}
    >
      <button
        class="grip"
        aria-label="Move ${item.title}: drag, or use the arrow keys"
        data-testid="grip"
        @pointerdown=${(/** @type {PointerEvent} */ e) => this.#drag(e, item, index)}
        @keydown=${(/** @type {KeyboardEvent} */ e) => this.#keyMove(e, item, index, items.length)}
      >
        ${icon("grip")}
      </button>
      <button
        class="open"
        data-testid="run-open"
        @click=${() => this.dispatchEvent(new CustomEvent("open", { detail: item.id }))}
      >
        <ls-photo .photo=${item.photos[0]}></ls-photo>
        <span class="facts">
          <span class="tags"
            ><span class="hangtag"><span class="sr">Number </span>${item.number}</span
            ><ls-money
              .amount=${flash?.price ?? item.price}
              .was=${flash ? flash.was : item.was}
              .currency=${item.currency}
            ></ls-money
            >${
              flash
                ? html`<span class="badge live"
                    >Flash
                    <ls-countdown
                      bare
                      .until=${flash.until}
                      .frozenAt=${this.frozenAt}
                    ></ls-countdown
                  ></span>`
                : nothing
            }</span
          >
          <span class="title clip display" dir="auto">${item.title}</span>
          <span class="sub">
            <span class=${item.sold_out ? "out" : "in"}>${stockText(item)}</span>
            ${
              next !== null
                ? html`<span class="held"
                    >${pieces(item.holds)} held
                    <ls-countdown .until=${next} .frozenAt=${this.frozenAt}></ls-countdown
                  ></span>`
                : nothing
            }
            ${item.waiting ? html`<span>${item.waiting} waiting</span>` : nothing}
            ${item.lent ? html`<span class="muted">@${item.owner.handle}</span>` : nothing}
          </span>
        </span>
      </button>
      ${
        over
          ? nothing
          : html`<button
              class="btn compact pin ${on ? "live" : ""}"
              data-testid="pin"
              aria-pressed=${on ? nothing : "false"}
              aria-label="${on ? `${shown}: stop showing` : "Show"} ${item.title}"
              @click=${() => this.#pin(item, on)}
            >
              ${on ? shown : "Show"}
            </button>`
      }
    </li>`;
  }

  /**
   * @param {KeyboardEvent} event
   * @param {Item} item
   * @param {number} index
   * @param {number} length
   */
  async #keyMove(event, item, index, length) {
    const to = event.key === "ArrowUp" ? index - 1 : event.key === "ArrowDown" ? index + 1 : -1;
    if (to < 0 || to >= length) return;
    event.preventDefault();
    await this.#move(item, to);
  }

  static styles = [
    shared,
    css`
      .bar {
        position: sticky;
        top: 0;
        z-index: 2;
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--s-2);
        padding: var(--s-2) 0;
        background: var(--surface);
      }
      h2.grow {
        flex: 1 0 auto;
        max-width: 100%;
        font-size: var(--t-l);
      }
      li {
        position: relative;
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--s-1);
        padding: var(--s-1) var(--s-2) var(--s-1) 0;
      }
      li + li {
        border-top: 1px solid var(--line);
      }
      .on {
        background: var(--accent-soft);
        border-radius: var(--r-m);
      }
      .on .hangtag {
        background: var(--surface);
      }
      .on .hangtag::before {
        background: var(--accent-soft);
      }
      .grip {
        display: grid;
        place-items: center;
        width: 2rem;
        min-height: var(--tap);
        border: 0;
        background: none;
        color: var(--ink-2);
        cursor: grab;
        touch-action: none;
      }
      .open {
        flex: 1 1 8em;
        min-width: 0;
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--s-1) var(--s-3);
        padding: 0;
        border: 0;
        background: none;
        text-align: left;
        cursor: pointer;
      }
      ls-photo {
        width: 3.25rem;
        flex: none;
      }
      .facts {
        flex: 1 1 6em;
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 0.05rem;
        min-width: 0;
      }
      .tags {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--s-2);
      }
      .tags ls-money {
        font-weight: 750;
      }
      .hangtag {
        font-size: var(--t-xs);
      }
      .sub {
        display: flex;
        flex-wrap: wrap;
        gap: 0 var(--s-2);
        overflow-wrap: anywhere;
        font-size: var(--t-xs);
        line-height: 1.4;
      }
      .in {
        color: var(--ok-ink);
        font-weight: var(--w-bold);
      }
      .held {
        display: inline-flex;
        align-items: center;
        gap: 0.3em;
      }
      .out,
      .held {
        color: var(--warn-ink);
        font-weight: var(--w-bold);
      }
      .pin {
        min-width: 4.5rem;
        margin-inline-start: auto;
      }
      .dragged {
        z-index: 3;
        background: var(--surface);
        box-shadow: var(--shadow-2);
        opacity: 0.95;
      }
      .before::before,
      .after::after {
        content: "";
        position: absolute;
        left: 0;
        right: 0;
        height: 3px;
        border-radius: 2px;
        background: var(--accent);
      }
      .before::before {
        top: -2px;
      }
      .after::after {
        bottom: -2px;
      }
      .moving {
        user-select: none;
        cursor: grabbing;
      }
    `,
  ];
}
customElements.define("ls-run-of-show", LsRunOfShow);
