// @ts-check
/** Paying for what one holds, and what comes in. */
import { html } from "/web/vendor/lit.js";
import { money } from "/web/lib/money.js";
import { toast } from "/web/components/ls-toast.js";

/** @param {{text: string}} notice */
const why = ({ text }) => (text ? ` ${text}` : "");

/** @type {import("/web/lib/features.js").Feature["notices"]} */
const notices = {
  sold: ({ name }) => toast(`Paid: ${name} is yours.`, { tone: "ok" }),
  refunded: ({ name }) =>
    toast(`Your payment for ${name} goes back to you: it was gone by then.`, {
      tone: "warn",
      seconds: 12,
    }),
  order_refunded: ({ notice, room }) => {
    const currency = room.state?.show.currency;
    const sum = currency && notice.price !== null ? money(notice.price, currency) : "Money";
    toast(`${sum} of an order goes back to your card.${why(notice)}`, { seconds: 12 });
  },
  order_cancelled: ({ notice }) =>
    toast(`A buyer has cancelled an order.${why(notice)}`, { tone: "warn", seconds: 12 }),
  payment_failed: ({ name }) =>
    toast(`The payment for ${name} failed. Try again from your cart.`, {
      tone: "bad",
      seconds: 12,
    }),
};

/** @type {import("/web/lib/features.js").Feature} */
export const checkout = {
  name: "checkout",
  notices,
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
