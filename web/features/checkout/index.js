// @ts-check
/** Paying for what one holds, and what comes in. */
import { html } from "/web/vendor/lit.js";
import { told } from "/web/lib/lazy.js";

/** @type {import("/web/lib/features.js").Feature} */
export const checkout = {
  name: "checkout",
  notices: told(
    ["sold", "refunded", "order_refunded", "order_cancelled", "payment_failed"],
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
