// @ts-check
import { css, html, nothing } from "/web/vendor/lit.js";
import { icon } from "/web/lib/icons.js";
import { amountAdvice, money, moneyInput, parseMoney } from "/web/lib/money.js";
import { RoomElement } from "/web/lib/room.js";
import { KeepFocus } from "/web/components/keep-focus.js";
import { toast, toastError } from "/web/components/ls-toast.js";
import { fields, shared } from "/web/components/styles.js";
import { hasVariants, left, variantLabel } from "/web/features/claims/offer.js";
import "/web/components/ls-avatar.js";
import "/web/components/ls-countdown.js";
import "/web/components/ls-field.js";
import "/web/components/ls-photo.js";
import "/web/components/ls-slot.js";
import "/web/components/ls-sure.js";

/** @typedef {import("/web/lib/protocol.js").Item} Item */

/**
 * Looking after one item during a show: price, stock, who holds it, who waits, its place, removing
 * it.
 *
 * @property {Item} item
 * @fires gone  the item was removed
 */
export class LsRunItem extends RoomElement {
  static properties = {
    item: { attribute: false },
    problem: { state: true },
    sure: { state: true },
  };

  constructor() {
    super();
    new KeepFocus(this);
    /** @type {Item | null} */
    this.item = null;
    this.problem = "";
    /** The removal was tapped once. */
    this.sure = false;
  }

  /** @param {string} type @param {Record<string, any>} fields @param {string} done */
  async #command(type, fields, done) {
    try {
      await this.room?.command(type, fields);
      if (done) toast(done, { tone: "ok" });
      return true;
    } catch (error) {
      toastError(error);
      return false;
    }
  }

  /** @param {SubmitEvent} event */
  #reprice(event) {
    event.preventDefault();
    const { item } = this;
    const input = /** @type {HTMLInputElement} */ (this.renderRoot.querySelector("#price"));
    if (!item) return;
    const price = parseMoney(input.value, item.currency);
    if (!price) {
      this.problem = amountAdvice(item.currency);
      return;
    }
    const floor = item.lending?.floor ?? 0;
    this.problem =
      price < floor ? `The owner’s lowest price is ${money(floor, item.currency)}.` : "";
    if (!this.problem && price !== item.price)
      this.#command(
        "reprice",
        { item: item.id, price },
        `#${item.number} now costs ${money(price, item.currency)}.`,
      );
  }

  /** @param {import("/web/lib/protocol.js").Variant} v @param {number} quantity */
  #restock(v, quantity) {
    const { item } = this;
    if (item && quantity >= v.held + v.sold)
      this.#command("restock", { item: item.id, variant: v.id, quantity }, "");
  }

  /** @param {number} step */
  #move(step) {
    const index = this.state?.items.findIndex((i) => i.id === this.item?.id) ?? -1;
    const to = index + step;
    if (this.item && to >= 0 && to < (this.state?.items.length ?? 0))
      this.#command("move", { item: this.item.id, to }, "");
  }

  async #remove() {
    const { item } = this;
    if (
      item &&
      (await this.#command(
        "remove",
        { item: item.id },
        `#${item.number} ${item.title} is out of the show.`,
      ))
    )
      this.dispatchEvent(new Event("gone"));
  }

  render() {
    const { item, state } = this;
    if (!item || !state) return nothing;
    const on = state.pinned === item.id;
    const own = item.owner.id === this.mine?.user?.id;
    return html`<div class="row head">
        <ls-photo .photo=${item.photos[0]}></ls-photo>
        <div class="grow">
          <p>
            <span class="hangtag">${item.number}</span>
            ${
              item.lent
                ? html`<span class="muted small"
                    >lent by
                    @${item.owner.handle}${
                      item.lending ? `, ${item.lending.commission_percent}% commission` : ""
                    }</span
                  >`
                : html`<span class="muted small">yours</span>`
            }
          </p>
          <button
            class="btn ${on ? "" : "primary"} block"
            data-testid="item-pin"
            @click=${() =>
              on ? this.#command("unpin", {}, "") : this.#command("pin", { item: item.id }, "")}
          >
            ${icon("pin")} ${on ? "Stop showing it" : "Show it now"}
          </button>
        </div>
      </div>
      <form class="price" @submit=${this.#reprice}>
        <ls-field
          label="Price now"
          .error=${this.problem}
          hint=${
            item.lending
              ? `Not below ${money(item.lending.floor, item.currency)}, says its owner`
              : ""
          }
        >
          <input
            id="price"
            inputmode="decimal"
            autocomplete="off"
            data-testid="reprice-input"
            .value=${moneyInput(item.price, item.currency)}
          />
        </ls-field>
        <button class="btn" data-testid="reprice">Change</button>
      </form>
      <section>
        <h3 class="caption">Stock</h3>
        ${
          own ? nothing : html`<p class="muted small">Only @${item.owner.handle} can change it.</p>`
        }
        <ul>
          ${item.variants.map(
            (v) =>
              html`<li class="stock">
                <span class="grow"
                  ><b>${v.label || "Pieces"}</b>
                  <span class="muted small"
                    >${left(v)} free, ${v.held} held, ${v.sold} sold</span
                  ></span
                >
                ${
                  own
                    ? html`<button
                          class="btn icon-only"
                          aria-label="One ${v.label} less"
                          ?disabled=${v.quantity <= v.held + v.sold}
                          @click=${() => this.#restock(v, v.quantity - 1)}
                        >
                          ${icon("minus")}
                        </button>
                        <output class="num" data-testid="stock-quantity">${v.quantity}</output>
                        <button
                          class="btn icon-only"
                          aria-label="One ${v.label} more"
                          data-testid="restock-more"
                          @click=${() => this.#restock(v, v.quantity + 1)}
                        >
                          ${icon("plus")}
                        </button>`
                    : html`<output class="num">${v.quantity}</output>`
                }
              </li>`,
          )}
        </ul>
      </section>
      ${this.#holds(item)} ${this.#waiting(item, state)}
      <ls-slot place="run-item" .about=${{ item }}></ls-slot>
      <section class="row last">
        <button
          class="btn icon-only"
          aria-label="Move up"
          data-testid="move-up"
          @click=${() => this.#move(-1)}
        >
          ${icon("up")}
        </button>
        <button
          class="btn icon-only"
          aria-label="Move down"
          data-testid="move-down"
          @click=${() => this.#move(1)}
        >
          ${icon("down")}
        </button>
        <span class="grow"></span>
        ${
          this.sure
            ? html`<button
                class="btn danger filled"
                data-testid="remove-confirm"
                @click=${this.#remove}
              >
                Yes, remove it
              </button>`
            : html`<button
                class="btn danger"
                data-testid="remove"
                @click=${() => (this.sure = true)}
              >
                ${icon("trash")} Remove…
              </button>`
        }
      </section>
      ${
        this.sure
          ? html`<p class="muted small">
              Who waits for it loses the place. Who holds it can still pay.
            </p>`
          : nothing
      }`;
  }

  /** @param {Item} item */
  #holds(item) {
    if (!item.holds.length) return nothing;
    return html`<section>
      <h3 class="caption">Held</h3>
      <ul>
        ${item.holds.map(
          (h) =>
            html`<li data-testid="run-hold" data-user=${h.user.handle}>
              <ls-avatar .user=${h.user}></ls-avatar>
              <span class="grow clip"
                >@${h.user.handle}${hasVariants(item) ? `, ${variantLabel(item, h.variant)}` : ""}${
                  h.quantity > 1 ? ` × ${h.quantity}` : ""
                }</span
              >
              ${
                h.paying
                  ? html`<span class="badge ok">paying</span>`
                  : html`<ls-countdown .until=${h.until} .frozenAt=${this.frozenAt}></ls-countdown
                      ><ls-sure
                        name="cancel-claim"
                        question="Take it away?"
                        label="Cancel the hold of @${h.user.handle}"
                        @sure=${() =>
                          this.#command(
                            "cancel_claim",
                            { claim: h.claim },
                            `The hold of @${h.user.handle} is cancelled.`,
                          )}
                        >Cancel</ls-sure
                      >`
              }
            </li>`,
        )}
      </ul>
    </section>`;
  }

  /** @param {Item} item @param {import("/web/lib/protocol.js").State} state */
  #waiting(item, { waitlist }) {
    const list = waitlist?.[item.id] ?? [];
    if (!list.length) return nothing;
    return html`<section>
      <h3 class="caption">Waiting</h3>
      <ol>
        ${list
          .slice(0, 20)
          .map(
            (w, n) =>
              html`<li data-testid="run-waiting">
                <span class="num place">${n + 1}</span><ls-avatar .user=${w.user}></ls-avatar
                ><span class="grow clip"
                  >@${w.user.handle}${
                    hasVariants(item) ? `, ${variantLabel(item, w.variant)}` : ""
                  }${w.quantity > 1 ? ` × ${w.quantity}` : ""}</span
                >
              </li>`,
          )}
      </ol>
      ${list.length > 20 ? html`<p class="muted small">and ${list.length - 20} more</p>` : nothing}
    </section>`;
  }

  static styles = [
    shared,
    fields,
    css`
      :host {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: var(--s-4);
        --size: 1.75rem;
      }
      .head ls-photo {
        width: 5rem;
        flex: none;
      }
      .head .grow {
        display: grid;
        gap: var(--s-2);
      }
      .price {
        display: flex;
        align-items: flex-start;
        gap: var(--s-2);
      }
      .price ls-field {
        flex: 1;
      }
      .price .btn {
        margin-top: 1.4rem;
      }
      /* With large text a clock and a button have a line of their own. */
      li {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--s-2);
        min-height: var(--tap);
      }
      li .grow {
        flex-basis: 4rem;
      }
      .stock {
        padding: 0.2rem 0;
      }
      output {
        min-width: 2.5ch;
        text-align: center;
        font-weight: var(--w-bold);
      }
      .place {
        width: 1.5rem;
        color: var(--ink-2);
        text-align: right;
      }
      li ls-countdown {
        color: var(--warn-ink);
      }
      .last {
        padding-top: var(--s-3);
        border-top: 1px solid var(--line);
      }
    `,
  ];
}
customElements.define("ls-run-item", LsRunItem);
