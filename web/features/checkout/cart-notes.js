// @ts-check
/** What a cart says above its parcels. */
import { html, nothing } from "/web/vendor/lit.js";
import { icon } from "/web/lib/icons.js";

/** A checkout has just come to nothing. @param {import("/web/lib/protocol.js").Payment} payment */
export const endedNote = ({ status }) =>
  html`<p
    class="note ${status === "failed" ? "bad" : ""}"
    role="status"
    data-testid="payment-ended"
  >
    ${icon(status === "failed" ? "alert" : "undo")}<span
      >${
        status === "failed"
          ? "The payment did not go through, nothing was charged."
          : "Checkout cancelled."
      }
      Your pieces are holds again, with the time that was left.</span
    >
  </p>`;

/** The show is interrupted. */
export const frozenNote = () =>
  html`<p class="note warn" role="status">
    ${icon("pause")}<span>The stream is interrupted: all clocks stand still until it is back.</span>
  </p>`;

/** Nobody can pay here. */
export const noPaymentsNote = () =>
  html`<p class="note warn" role="status" data-testid="no-payments">
    ${icon("alert")}<span
      >This server takes no payments yet, so nothing can be paid here. What you hold is yours until
      its clock runs out.</span
    >
  </p>`;

/** Nothing is held in a show. @param {string} show  its id */
export const emptyCart = (show) =>
  html`<ls-empty icon="bag" heading="Nothing is held for you here">
    Claim a piece in the show and it waits here for you until you have paid.
    <a class="btn primary" slot="action" href="/shows/${show}">Back to the show</a>
  </ls-empty>`;

/** How long what is held stays, and how it travels. @param {boolean} several  sellers */
export const aboutHolds = (several) =>
  html`<p class="muted small">
    When a clock runs out the piece goes to the next in line; nothing is charged.
    ${
      several
        ? "Each seller sends one parcel; what you take from the same seller travels together."
        : "What you take from the same seller travels in one parcel."
    }
  </p>`;

/**
 * More is held than is being paid.
 *
 * @param {number} more  pieces
 * @param {boolean} running  whether the payment is
 * @param {() => void} again  go to the cart
 */
export const moreNote = (more, running, again) =>
  html`<p class="note accent" data-testid="cart-more">
    ${icon("bag")}<span class="grow"
      >You hold ${more === 1 ? "one more piece" : `${more} more pieces`} in this
      show.${running ? " Finish this payment first, then pay for that." : ""}</span
    >${
      running
        ? nothing
        : html`<button class="btn compact" @click=${again} data-testid="cart-again">
            To the cart
          </button>`
    }
  </p>`;
