// @ts-check
/** Paying for what one holds, and what comes in. */
import { html } from "/web/vendor/lit.js";
import { told } from "/web/lib/lazy.js";

/** @type {import("/web/lib/features.js").Feature} */
export const checkout = {
  name: "checkout",
  notices: told(
    [
      "sold",
      "refunded",
      "order_refunded",
      "order_cancelled",
      "payment_failed",
      "chargeback",
      "chargeback_won",
      "chargeback_lost",
    ],
    () => import("/web/features/checkout/notices.js"),
  ),
  slots: {
    "studio-tab": {
      id: "sales",
      text: "Sales",
      load: () =>
        Promise.all([
          import("/web/features/checkout/ls-sales.js"),
          import("/web/features/checkout/ls-sale-list.js"),
        ]),
      render: () => html`<ls-sales details></ls-sales>`,
    },
  },
};

// A module of its own would be one more for everybody who opens a show.
/**
 * Whether a show wants a card on file before anybody claims or bids.
 *
 * @type {import("/web/lib/features.js").Feature}
 */
export const cards = {
  name: "cards",
  reducers: {
    "show.card_required": (state, { required }) => ({ ...state, cards: { required } }),
  },
  slots: {
    viewer: {
      when: ({ state, guest }) => Boolean(state?.cards.required) && !guest,
      load: () => import("/web/features/cards/ls-card-wanted.js"),
      render: () => html`<ls-card-wanted></ls-card-wanted>`,
    },
    settings: {
      load: () => import("/web/features/cards/ls-card-rule.js"),
      render: () => html`<ls-card-rule></ls-card-rule>`,
    },
  },
};
