// @ts-check
import { css, html, nothing } from "/web/vendor/lit.js";
import { announce } from "/web/lib/a11y.js";
import { icon } from "/web/lib/icons.js";
import { money } from "/web/lib/money.js";
import { RoomElement } from "/web/lib/room.js";
import { priceNow } from "/web/lib/show-state.js";
import { signInUrl } from "/web/lib/session.js";
import { explain } from "/web/lib/words.js";
import { toastError } from "/web/components/ls-toast.js";
import { shared } from "/web/components/styles.js";
import { intend } from "/web/features/claims/intent.js";
import { isPassed, offer, ordinal } from "/web/features/claims/offer.js";
import { tellAnswer } from "/web/features/claims/result.js";
import "/web/components/ls-countdown.js";
import "/web/components/ls-sure.js";
import "/web/features/claims/ls-place.js";

/** Within this time after the answer, the private state has come too. */
const SETTLED_MS = 3_000;

/**
 * The one button of an item: claim it, wait for it, pay for it; whichever is true for who looks.
 *
 * @property {import("/web/lib/protocol.js").Item} item
 * @property {string | undefined} variant
 * @property {number} quantity
 * @property {boolean} priced  with the amount in the button
 * @fires choose   a variant has to be chosen first
 */
export class LsClaimButton extends RoomElement {
  static properties = {
    item: { attribute: false },
    variant: {},
    quantity: { type: Number },
    priced: { type: Boolean },
    busy: { state: true },
  };

  constructor() {
    super();
    /** @type {import("/web/lib/protocol.js").Item | null} */
    this.item = null;
    /** @type {string | undefined} */
    this.variant = undefined;
    this.quantity = 1;
    this.priced = false;
    this.busy = false;
    /** Whether a claim was made with the focus in here. */
    this.focused = false;
  }

  /** @param {number} [quantity] @param {string} [variant] */
  async #claim(quantity = this.quantity, variant = this.variant) {
    const { item, room } = this;
    if (!item || !room || this.busy) return;
    this.busy = true;
    this.focused = this.shadowRoot?.activeElement !== null;
    try {
      const answer = await room.command("claim", {
        item: item.id,
        quantity,
        variant,
        price: this.#price(item, quantity),
      });
      tellAnswer(room, item, answer);
    } catch (error) {
      announce(`Not claimed. ${explain(error)}`, "assertive");
      toastError(error);
    } finally {
      this.busy = false;
      setTimeout(() => (this.focused = false), SETTLED_MS);
    }
  }

  /**
   * What one piece costs as it is shown.
   *
   * @param {import("/web/lib/protocol.js").Item} item
   * @param {number} [quantity]
   */
  #price(item, quantity = this.quantity) {
    return priceNow(item, this.state, this.mine, quantity).amount;
  }

  /** @param {string} entry */
  async #leave(entry) {
    try {
      await this.room?.command("leave_waitlist", { entry });
      announce("You left the waitlist.");
    } catch (error) {
      toastError(error);
    }
  }

  /**
   * The first in line takes what there is.
   *
   * @param {import("/web/lib/protocol.js").MyWaiting} waiting
   * @param {number} part
   */
  #part(waiting, part) {
    return html`<button
      class="btn primary block"
      data-testid="claim-part"
      ?disabled=${this.busy}
      @click=${() => this.#claim(part, waiting.variant)}
    >
      ${part} now, keep my place for ${waiting.quantity - part}
    </button>`;
  }

  /**
   * @param {import("/web/lib/protocol.js").Item} item
   * @param {import("/web/lib/protocol.js").MyWaiting} waiting
   * @param {number} part
   */
  #waiting(item, waiting, part) {
    const place = isPassed(waiting, this.frozenAt)
      ? "Others come first"
      : `${ordinal(waiting.place)} in line`;
    return html`${part ? this.#part(waiting, part) : nothing}
      <ls-sure
        class="waiting"
        name="leave-waitlist"
        look="block quiet"
        question="Lose your place?"
        label="${place} for ${item.title}: leave"
        @sure=${() => this.#leave(waiting.entry)}
        ><b><ls-place .waiting=${waiting}></ls-place></b> <u>leave</u></ls-sure
      >`;
  }

  /** What was pressed is another button or a link afterwards: it has the focus then. */
  updated() {
    if (!this.focused || this.busy || this.shadowRoot?.activeElement) return;
    const control = this.renderRoot.querySelector("a, button:not(:disabled)");
    // Not from where it has gone meanwhile.
    if (document.activeElement === document.body) /** @type {HTMLElement} */ (control)?.focus();
  }

  render() {
    const { item, show, mine, guest, variant } = this;
    if (!item || !show) return "";
    const found = offer({ item, show, mine, guest, variant });
    switch (found.kind) {
      case "guest":
        return html`<a
          class="btn primary block"
          data-testid="claim-sign-in"
          aria-label="Sign in to ${found.free ? "claim" : "join the waitlist of"} ${item.title}"
          href=${signInUrl()}
          @click=${() =>
            intend({
              show: show.id,
              item: item.id,
              variant,
              quantity: this.quantity,
              price: this.#price(item),
            })}
          >${
            this.priced
              ? `Sign in to ${found.free ? "claim" : "join the waitlist"}`
              : found.free
                ? "Claim"
                : "Waitlist"
          }</a
        >`;
      case "own":
        return html`<button class="btn block" disabled>Your item</button>`;
      case "held":
        return html`<a class="btn ok block" data-testid="pay-now" href="/cart?show=${show.id}"
          >${this.priced ? "Yours: pay now" : "Pay"}
          <ls-countdown .until=${found.claim?.until ?? 0} .frozenAt=${this.frozenAt}></ls-countdown
        ></a>`;
      case "paying":
        return html`<a class="btn ok block" data-testid="pay-now" href="/cart?show=${show.id}"
          >Finish paying</a
        >`;
      case "waiting":
        return found.waiting ? this.#waiting(item, found.waiting, found.part ?? 0) : nothing;
      case "closed":
        return html`<button class="btn block" disabled data-testid="claim-closed">
          ${found.why}
        </button>`;
      case "choose":
        return html`<button
          class="btn primary block"
          data-testid="claim-choose"
          aria-label="${this.priced ? "Choose one first" : "Choose"}: a size or colour of ${item.title}"
          @click=${() => this.dispatchEvent(new Event("choose"))}
        >
          ${this.priced ? "Choose one first" : "Choose"}
        </button>`;
      case "waitlist":
        return html`<button
          class="btn block wait"
          data-testid="join-waitlist"
          aria-label="Join the waitlist of ${item.title}"
          ?disabled=${this.busy}
          @click=${() => this.#claim()}
        >
          ${icon("clock")}
          ${this.busy ? "Joining…" : this.priced ? "Join the waitlist" : "Waitlist"}
        </button>`;
      default: {
        const price = money(this.#price(item) * this.quantity, item.currency);
        const label = this.priced ? `Claim · ${price}` : "Claim";
        const name = this.priced ? `${label}, ${item.title}` : `Claim ${item.title} for ${price}`;
        return html`<button
          class="btn primary block claim"
          data-testid="claim"
          ?disabled=${this.busy}
          aria-label=${name}
          @click=${() => this.#claim()}
        >
          ${this.busy ? "Claiming…" : label}
        </button>`;
      }
    }
  }

  static styles = [
    shared,
    css`
      .claim {
        font-size: var(--t-l);
        min-height: 3.25rem;
        letter-spacing: 0.01em;
      }
      .wait {
        background: var(--warn-soft);
        border-color: var(--warn);
        color: var(--warn-ink);
      }
      .waiting {
        display: block;
        border-radius: var(--r-full);
        background: var(--warn-soft);
        color: var(--warn-ink);
      }
      .waiting u {
        font-weight: 400;
        margin-left: 0.4em;
      }
      .btn {
        padding: 0 var(--s-3);
      }
      button:disabled {
        white-space: normal;
        font-size: var(--t-s);
      }
    `,
  ];
}
customElements.define("ls-claim-button", LsClaimButton);
