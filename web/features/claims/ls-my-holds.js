// @ts-check
import { css, html, nothing } from "/web/vendor/lit.js";
import { icon } from "/web/lib/icons.js";
import { RoomElement } from "/web/lib/room.js";
import { whileConnected } from "/web/lib/seen.js";
import { onTick, serverNow } from "/web/lib/time.js";
import { toast, toastError } from "/web/components/ls-toast.js";
import { shared } from "/web/components/styles.js";
import { isPassed, pieces, times, variantLabel } from "/web/features/claims/offer.js";
import "/web/components/ls-countdown.js";
import "/web/components/ls-dialog.js";
import "/web/components/ls-money.js";
import "/web/components/ls-sure.js";
import "/web/features/claims/ls-place.js";
import "/web/features/notes/ls-promised.js";

const LAST_MINUTE_MS = 60_000;

/**
 * What is the viewer's in this show: holds with their clocks and "Pay now", places in waitlists.
 * A strip; a tap on it opens the list, where a hold can be given back.
 */
export class LsMyHolds extends RoomElement {
  static properties = { open: { state: true } };

  constructor() {
    super();
    this.open = false;
    /** Claims that had more than a minute when they were looked at. @type {Set<string>} */
    this.early = new Set();
    whileConnected(this, () => onTick(() => this.#warn()));
  }

  /** Say once per hold that its last minute has begun. */
  #warn() {
    if (this.frozenAt !== null) return;
    for (const c of this.mine?.claims ?? []) {
      const left = c.until - serverNow();
      const early = left > LAST_MINUTE_MS;
      // Who has just been told that it is theirs sees the clock start.
      if (early) this.early.add(c.claim);
      if (c.paying || early || left < 5_000 || !this.early.delete(c.claim)) continue;
      toast(`Last minute to pay for #${c.number} ${c.title}.`, {
        tone: "warn",
        action: "Pay now",
        run: () => location.assign(`/cart?show=${this.state?.show.id}`),
      });
    }
  }

  /** @param {import("/web/lib/protocol.js").MyClaim} claim */
  async #release(claim) {
    try {
      await this.room?.command("release", { claim: claim.claim });
      toast(`You gave #${claim.number} ${claim.title} back.`);
    } catch (error) {
      toastError(error);
    }
  }

  /** @param {string} entry */
  async #leave(entry) {
    try {
      await this.room?.command("leave_waitlist", { entry });
      toast("You left the waitlist.");
    } catch (error) {
      toastError(error);
    }
  }

  render() {
    const { mine, state } = this;
    if (!mine || !state || (!mine.claims.length && !mine.waitlist.length)) return nothing;
    const { claims, waitlist } = mine;
    const running = claims.filter((c) => !c.paying);
    const until = running.length ? Math.min(...running.map((c) => c.until)) : null;
    const total = mine.cart?.total ?? claims.reduce((n, c) => n + c.price * c.quantity, 0);
    return html`<div class="strip ${claims.length ? "" : "waiting"}" data-testid="my-holds">
        <button
          class="what"
          aria-haspopup="dialog"
          data-testid="my-holds-open"
          @click=${() => (this.open = true)}
        >
          ${
            claims.length
              ? html`<b
                    >${
                      claims.length === 1
                        ? `#${claims[0].number}${times(claims[0].quantity)} is yours`
                        : `${pieces(claims)} are yours`
                    }</b
                  >
                  <span
                    >${
                      until !== null
                        ? html`<ls-countdown
                            data-testid="hold-countdown"
                            .until=${until}
                            .frozenAt=${this.frozenAt}
                          ></ls-countdown>`
                        : "in checkout"
                    }${waitlist.length ? ` · ${waitlist.length} waiting` : ""}</span
                  >`
              : html`<b
                    >${
                      waitlist.length === 1
                        ? html`<ls-place
                            .waiting=${waitlist[0]}
                            of="#${this.#item(waitlist[0].item)?.number ?? "?"}"
                          ></ls-place>`
                        : `On ${waitlist.length} waitlists`
                    }</b
                  ><span>We tell you when it is yours</span>`
          }
        </button>
        ${
          claims.length
            ? html`<a class="btn pay" data-testid="pay-now" href="/cart?show=${state.show.id}"
                >Pay <ls-money .amount=${total} .currency=${state.show.currency}></ls-money
              ></a>`
            : html`<span class="more">${icon("chevron")}</span>`
        }
      </div>
      <ls-dialog
        heading="Yours in this show"
        .open=${this.open}
        @close=${() => (this.open = false)}
      >
        ${this.#list(claims, waitlist, state)}
      </ls-dialog>`;
  }

  /** @param {string} id */
  #item(id) {
    return this.state?.items.find((i) => i.id === id);
  }

  /**
   * @param {import("/web/lib/protocol.js").MyClaim[]} claims
   * @param {import("/web/lib/protocol.js").MyWaiting[]} waitlist
   * @param {import("/web/lib/protocol.js").State} state
   */
  #list(claims, waitlist, { show }) {
    const cart = this.mine?.cart;
    const lines = cart?.parcels.flatMap((parcel) => parcel.lines) ?? [];
    return html`<ul>
        ${claims.map((c) => {
          const promised = lines.find((line) => line.claim === c.claim)?.promises ?? [];
          const item = this.#item(c.item);
          const label = item ? variantLabel(item, c.variant) : "";
          return html`<li data-testid="my-claim" data-item=${c.item}>
            <span class="hangtag">${c.number}</span>
            <span class="grow"
              ><b class="display" dir="auto">${c.title}</b><br /><span class="muted small"
                ><ls-money
                  .amount=${c.price * c.quantity}
                  .was=${c.was === null ? null : c.was * c.quantity}
                  .currency=${show.currency}
                ></ls-money
                >${
                  label ? ` · ${label}` : ""
                }${c.quantity > 1 ? ` · ${c.quantity} pieces` : ""}</span
              ></span
            >
            ${
              c.paying
                ? html`<span class="badge ok">paying</span>`
                : html`<ls-countdown .until=${c.until} .frozenAt=${this.frozenAt}></ls-countdown
                    ><ls-sure
                      name="release"
                      question="Give it back?"
                      label="Give back #${c.number} ${c.title}"
                      @sure=${() => this.#release(c)}
                      >Give back</ls-sure
                    >`
            }
            <ls-promised .promises=${promised}></ls-promised>
          </li>`;
        })}
        ${waitlist.map((w) => {
          const item = this.#item(w.item);
          return html`<li data-testid="my-waiting" data-item=${w.item}>
            <span class="hangtag">${item?.number ?? "?"}</span>
            <span class="grow"
              ><b class="display">${item?.title ?? "Item"}</b><br /><span class="small wait"
                ><ls-place .waiting=${w}></ls-place></span
              >${
                isPassed(w, this.frozenAt)
                  ? html`<br /><span class="small muted"
                        >You let this run out a moment ago. You keep your place.</span
                      >`
                  : nothing
              }</span
            >
            <ls-sure
              name="leave-waitlist"
              question="Lose your place?"
              label="Leave the waitlist of ${item?.title ?? "this item"}"
              @sure=${() => this.#leave(w.entry)}
              >Leave</ls-sure
            >
          </li>`;
        })}
      </ul>
      ${
        cart
          ? html`<div class="sum">
              <p>
                <span>Items</span
                ><ls-money .amount=${cart.items} .currency=${cart.currency}></ls-money>
              </p>
              <p>
                <span
                  >Shipping, ${cart.parcels.length}
                  ${cart.parcels.length === 1 ? "parcel" : "parcels"}</span
                ><ls-money free .amount=${cart.shipping} .currency=${cart.currency}></ls-money>
              </p>
              <p class="all">
                <span>Together</span
                ><ls-money .amount=${cart.total} .currency=${cart.currency}></ls-money>
              </p>
              <a class="btn ok block" href="/cart?show=${show.id}">Pay now</a>
            </div>`
          : nothing
      }`;
  }

  static styles = [
    shared,
    css`
      .strip {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--s-2);
        padding: 0.25rem 0.25rem 0.25rem var(--s-4);
        border-radius: var(--r-m);
        background: var(--ok);
        color: var(--on-ok);
        box-shadow: var(--shadow-1);
        animation: in var(--calm) var(--ease);
      }
      .strip.waiting {
        background: var(--warn-soft);
        color: var(--warn-ink);
      }
      @keyframes in {
        from {
          transform: translateY(0.75rem);
          opacity: 0;
        }
      }
      .what {
        flex: 1 1 7em;
        min-width: 0;
        display: grid;
        padding: var(--s-1) 0;
        min-height: var(--tap);
        border: 0;
        background: none;
        text-align: left;
        font-size: var(--t-s);
        line-height: 1.3;
        cursor: pointer;
      }
      .what b {
        font-size: var(--t-m);
      }
      .what span {
        display: flex;
        align-items: center;
        gap: 0.3em;
      }
      .pay {
        flex: 0 1 auto;
        background: var(--on-ok);
        border-color: var(--on-ok);
        color: var(--ok);
      }
      .pay:hover {
        background: var(--on-ok);
        opacity: 0.92;
      }
      .more {
        padding: var(--s-3);
      }
      li {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--s-3);
        padding: var(--s-3) 0;
        line-height: 1.3;
      }
      ls-promised {
        flex-basis: 100%;
      }
      li + li {
        border-top: 1px solid var(--line);
      }
      li ls-countdown {
        color: var(--warn-ink);
      }
      .wait {
        color: var(--warn-ink);
        font-weight: var(--w-bold);
      }
      .sum {
        display: grid;
        gap: var(--s-1);
        margin-top: var(--s-3);
        padding-top: var(--s-3);
        border-top: 1px dashed var(--line-2);
      }
      .sum p {
        display: flex;
        justify-content: space-between;
        font-size: var(--t-s);
      }
      .sum .all {
        font-size: var(--t-m);
        font-weight: var(--w-bold);
        margin-bottom: var(--s-3);
      }
    `,
  ];
}
customElements.define("ls-my-holds", LsMyHolds);
