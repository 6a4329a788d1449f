// @ts-check
/** The words for what has become of a payment. */

/** @typedef {import("/web/lib/protocol.js").Payment} Payment */

const HELD_AGAIN = "Your pieces are holds again, with the time that was left.";

/** @param {Payment} payment  @returns {string} what has become of it, for the end states */
export function outcomeText(payment) {
  switch (payment.status) {
    case "succeeded":
      return "Paid. It is yours.";
    case "failed":
      return `${payment.error?.message ?? "The payment did not go through."} ${HELD_AGAIN}`;
    case "cancelled":
      return `Checkout cancelled. ${HELD_AGAIN}`;
    case "expired":
      return "The time ran out before it was paid. You were not charged, and the pieces went to the next in line.";
    case "refunded":
      return "The payment came too late: a piece was gone by then. You get all of the money back.";
    default:
      return "";
  }
}

/** @type {Record<string, string>} */
const BRANDS = {
  amex: "American Express",
  diners: "Diners Club",
  discover: "Discover",
  jcb: "JCB",
  mastercard: "Mastercard",
  unionpay: "UnionPay",
  visa: "Visa",
};

/**
 * "Visa ending in 4242, until 12/2030".
 *
 * @param {import("/web/lib/protocol.js").CardOnFile} card
 */
export function cardName({ brand, last4, expires }) {
  const month = String(expires % 100).padStart(2, "0");
  const name = BRANDS[brand] ?? "Card";
  return `${name} ending in ${last4}, until ${month}/${Math.floor(expires / 100)}`;
}
