// @ts-check
/** What a cart says above its parcels. */
import { html } from "/web/vendor/lit.js";
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
