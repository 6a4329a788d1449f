// @ts-check
import { css, html, nothing } from "/web/vendor/lit.js";
import { announce } from "/web/lib/a11y.js";
import { ApiError } from "/web/lib/api.js";
import { icon } from "/web/lib/icons.js";
import { layers } from "/web/lib/layers.js";
import { money } from "/web/lib/money.js";
import { RoomElement } from "/web/lib/room.js";
import { priceNow } from "/web/lib/show-state.js";
import { whileConnected } from "/web/lib/seen.js";
import { durationText, serverNow } from "/web/lib/time.js";
import { toast, toastError } from "/web/components/ls-toast.js";
import { shared } from "/web/components/styles.js";
import { takeIntent } from "/web/features/claims/intent.js";
import { isPassed, offer, ordinal, times, variantLabel } from "/web/features/claims/offer.js";
import { tellAnswer } from "/web/features/claims/result.js";
import "/web/components/ls-countdown.js";

const SHOWN_MS = 9_000;

/**
 * The answer to "did I get it?": a tag over everything, that says so and what comes next.
 *
 * It goes by itself or by a tap, and is announced too.
 */
export class LsClaimResult extends RoomElement {
  static properties = { shown: { state: true } };

  constructor() {
    super();
    /**
     * @type {{
     *   kind: "won" | "waits" | "lost", big: string, text: string, claim?: string, until?: number,
     *   entry?: string
     * } | null}
     */
    this.shown = null;
    this.timer = 0;
    this.follow("claims:result", (event) => this.#told(event.detail));
    this.follow("chat:claimed", (event) => this.#commented(event.detail));
    whileConnected(this, () => {
      const close = (/** @type {KeyboardEvent} */ { key }) => {
        if (key === "Escape" && layers.root === document.body) this.shown = null;
      };
      addEventListener("keydown", close);
      return () => removeEventListener("keydown", close);
    });
    /** Whether somebody who has signed in was brought back to what they wanted. */
    this.resumed = false;
  }

  updated() {
    if (this.resumed || !this.mine || !this.state) return;
    this.resumed = true;
    const intent = takeIntent(this.state.show.id);
    if (intent) void this.#resume(intent);
  }

  /**
   * Go on where a guest left for signing in: claim what they tapped if it is still to be had at
   * that price, or else open it.
   *
   * @param {import("/web/features/claims/intent.js").Intent} intent
   */
  async #resume(intent) {
    const { room, state, mine, guest } = this;
    if (!room || !state) return;
    const item = state.items.find(({ id }) => id === intent.item);
    if (!item) {
      toast("The piece you wanted is not in the show any more.", { tone: "warn" });
      return;
    }
    const { variant, quantity } = intent;
    const found = offer({ item, show: state.show, mine, guest, variant });
    const price = priceNow(item, state, mine, quantity).amount;
    if (found.kind !== "claim" || price !== intent.price) {
      this.#open(intent);
      return;
    }
    try {
      const wanted = { item: item.id, quantity, variant, price };
      tellAnswer(room, item, await room.command("claim", wanted));
    } catch (error) {
      toastError(error);
      this.#open(intent);
    }
  }

  /** @param {import("/web/features/claims/ls-item-detail.js").Wish} detail */
  #open(detail) {
    this.room?.dispatchEvent(new CustomEvent("claims:open", { detail }));
  }

  /** @param {import("/web/features/claims/result.js").Result} result */
  #told(result) {
    if (result.kind === "won") this.#won(result);
    else if (result.kind === "waits") this.#waits(result);
    else this.#lost(result.text);
  }

  /**
   * A comment was a claim. How it was read is the server's to say.
   *
   * @param {{answer: import("/web/lib/protocol.js").ClaimReply}} said
   */
  #commented({ answer }) {
    const item = this.state?.items.find(({ id }) => id === answer.item);
    if (answer.ok === false) {
      const code = answer.error?.code ?? "internal";
      toastError(new ApiError({ code, detail: answer.error?.message }));
      if (code === "variant_required" && item)
        this.#open({ item: item.id, quantity: answer.quantity });
      return;
    }
    if (this.room && item) tellAnswer(this.room, item, answer);
  }

  /** @param {import("/web/features/claims/result.js").Result & {kind: "won"}} result */
  #won({ item, claim, until, promoted, price }) {
    const left = durationText(until - serverNow());
    const currency = this.state?.show.currency;
    const cost = price === null || !currency ? "" : `, ${money(price, currency)}`;
    const text = `#${item.number} ${item.title}${cost}`;
    this.#show({
      kind: "won",
      big: promoted ? "Your turn!" : "It’s yours!",
      text,
      claim,
      until,
    });
    const how = promoted ? "You moved up from the waitlist. " : "";
    announce(`${how}${text}${this.#which(claim)} is yours. You have ${left} to pay.`, "assertive");
  }

  /**
   * How many of an item a hold is for and in which size: it may be heard of after the answer.
   *
   * @param {string | undefined} id
   */
  #which(id) {
    const claim = this.mine?.claims.find((c) => c.claim === id);
    if (!claim) return "";
    const item = this.state?.items.find((i) => i.id === claim.item);
    const label = item ? variantLabel(item, claim.variant) : "";
    return `${times(claim.quantity)}${label ? `, ${label}` : ""}`;
  }

  /**
   * Whether others in line come first: it may be heard of after the answer.
   *
   * @param {string | undefined} entry
   */
  #passed(entry) {
    const waiting = this.mine?.waitlist.find((w) => w.entry === entry);
    return waiting !== undefined && isPassed(waiting, this.frozenAt);
  }

  /** @param {import("/web/features/claims/result.js").Result & {kind: "waits"}} result */
  #waits({ item: { number, title }, place, entry }) {
    const text =
      place === 1
        ? "You are next if it comes free."
        : `${place - 1} before you. We tell you when it is yours.`;
    this.#show({
      kind: "waits",
      big: `${ordinal(place)} in line`,
      text: `#${number} ${title}. ${text}`,
      entry,
    });
    announce(`You are ${ordinal(place)} in line for #${number} ${title}. ${text}`, "assertive");
  }

  /** @param {string} text */
  #lost(text) {
    this.#show({ kind: "lost", big: "Your hold is over", text });
    announce(text, "assertive");
  }

  /** @param {NonNullable<LsClaimResult["shown"]>} what */
  #show(what) {
    clearTimeout(this.timer);
    this.shown = what;
    this.timer = window.setTimeout(() => (this.shown = null), SHOWN_MS);
  }

  render() {
    const { shown } = this;
    if (!shown) return nothing;
    return html`<div class="tag ${shown.kind}" data-testid="claim-result" data-kind=${shown.kind}>
      <span class="mark"
        >${icon(shown.kind === "won" ? "check" : shown.kind === "waits" ? "clock" : "info")}</span
      >
      <p class="big display">${shown.big}</p>
      <p class="text">${shown.text}${this.#which(shown.claim)}</p>
      ${
        this.#passed(shown.entry)
          ? html`<p class="text">
              You let it run out a moment ago: others in line come first for a while.
            </p>`
          : nothing
      }
      ${
        shown.until
          ? html`<p class="left">
              <ls-countdown .until=${shown.until} .frozenAt=${this.frozenAt}></ls-countdown> to pay
            </p>`
          : nothing
      }
      <div class="row">
        ${
          shown.kind === "won"
            ? html`<a class="btn" data-testid="result-pay" href="/cart?show=${this.room?.show}"
                >Pay now</a
              >`
            : nothing
        }
        <button class="btn quiet" data-testid="result-close" @click=${() => (this.shown = null)}>
          Keep watching
        </button>
      </div>
    </div>`;
  }

  static styles = [
    shared,
    css`
      :host {
        position: absolute;
        inset: 0;
        z-index: 5;
        display: grid;
        place-items: center;
        padding: var(--s-4);
        pointer-events: none;
      }
      .tag {
        pointer-events: auto;
        position: relative;
        display: grid;
        justify-items: center;
        gap: var(--s-2);
        width: min(20rem, 100%);
        padding: var(--s-6) var(--s-5) var(--s-4);
        text-align: center;
        border-radius: var(--r-l);
        box-shadow: var(--shadow-3);
        animation: drop 420ms var(--ease);
      }
      .won {
        background: var(--ok);
        color: var(--on-ok);
      }
      .waits {
        background: var(--warn);
        color: var(--on-warn);
      }
      .lost {
        background: var(--surface);
        color: var(--ink);
      }
      .mark {
        display: grid;
        place-items: center;
        width: 3.25rem;
        height: 3.25rem;
        border-radius: 50%;
        border: 2px solid currentColor;
        font-size: 1.5rem;
      }
      .big {
        font-size: 2.25rem;
      }
      .text {
        line-height: 1.35;
      }
      .left {
        display: flex;
        align-items: center;
        gap: 0.35em;
        font-size: var(--t-l);
      }
      .row {
        flex-wrap: wrap;
        justify-content: center;
        margin-top: var(--s-2);
      }
      .btn {
        white-space: nowrap;
      }
      .won .btn:not(.quiet) {
        background: var(--on-ok);
        color: var(--ok);
        border-color: transparent;
      }
      .btn.quiet {
        color: inherit;
      }
      .btn.quiet:hover {
        background: rgb(0 0 0 / 0.12);
      }
      @keyframes drop {
        from {
          transform: translateY(-1.5rem) rotate(-3deg) scale(0.92);
          opacity: 0;
        }
      }
    `,
  ];
}
customElements.define("ls-claim-result", LsClaimResult);
