// @ts-check
/** What somebody is told of payments and orders, wherever they look in the show. */
import { money } from "/web/lib/money.js";
import { toast } from "/web/components/ls-toast.js";

/** @param {{text: string}} notice */
const why = ({ text }) => (text ? ` ${text}` : "");

/** @type {NonNullable<import("/web/lib/features.js").Feature["notices"]>} */
export const notices = {
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
  chargeback: ({ notice }) =>
    toast(`A bank wants the money of an order back; it is withheld.${why(notice)}`, {
      tone: "bad",
      seconds: 20,
    }),
  chargeback_won: () =>
    toast("The bank has decided for you: the money of the order is yours again.", {
      tone: "ok",
      seconds: 12,
    }),
  chargeback_lost: () =>
    toast("The bank has decided for the buyer: the money of the order stays withheld.", {
      tone: "bad",
      seconds: 20,
    }),
  payment_failed: ({ name }) =>
    toast(`The payment for ${name} failed. Try again from your cart.`, {
      tone: "bad",
      seconds: 12,
    }),
};
