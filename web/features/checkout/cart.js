// @ts-check
/**
 * What a cart and its payment come to. Pure.
 *
 * @typedef {import("/web/lib/protocol.js").Cart} Cart
 * @typedef {import("/web/lib/protocol.js").CartLine} CartLine
 * @typedef {import("/web/lib/protocol.js").Payment} Payment
 */

const RUNNING = ["open", "challenge", "processing"];

/**
 * Whether something can still become of a payment.
 *
 * @param {Payment | null} payment
 */
export const isRunning = (payment) => payment !== null && RUNNING.includes(payment.status);

/** @param {Cart | null} cart @returns {CartLine[]} */
export const cartLines = (cart) => cart?.parcels.flatMap((p) => p.lines) ?? [];

/**
 * Lines that are in a cart no more.
 *
 * @param {Cart | null} before
 * @param {Cart | null} now
 */
export function goneLines(before, now) {
  const still = new Set(cartLines(now).map((l) => l.claim));
  return cartLines(before).filter((l) => !still.has(l.claim));
}

/** What all parcels cost together. @param {import("/web/lib/protocol.js").Parcel[]} parcels */
export const sumOf = (parcels) =>
  parcels.reduce(
    (sum, p) => ({
      items: sum.items + p.items,
      shipping: sum.shipping + p.shipping,
      total: sum.total + p.total,
    }),
    { items: 0, shipping: 0, total: 0 },
  );

/** What the page of a cart is about at this step. @param {Payment | null} payment */
export function headingOf(payment) {
  if (payment?.status === "succeeded") return "Thank you";
  return isRunning(payment) ? "Pay" : "Your cart";
}
