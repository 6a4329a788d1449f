// @ts-check
/**
 * What a cart and its payment come to.
 *
 * @typedef {import("/web/lib/protocol.js").Cart} Cart
 * @typedef {import("/web/lib/protocol.js").CartLine} CartLine
 * @typedef {import("/web/lib/protocol.js").Payment} Payment
 * @typedef {import("/web/lib/protocol.js").Reduction} Reduction
 */

import { get } from "/web/lib/api.js";

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
export const sumOf = (parcels) => ({
  items: total(parcels.map((p) => p.items)),
  shipping: total(parcels.map((p) => p.shipping)),
  total: total(parcels.map((p) => p.total)),
  reductions: together(parcels.flatMap((p) => p.reductions)),
});

const total = (/** @type {number[]} */ amounts) => amounts.reduce((sum, n) => sum + n, 0);

/**
 * Reductions of several parcels, those of the same name as one.
 *
 * @param {Reduction[]} reductions
 * @returns {Reduction[]}
 */
function together(reductions) {
  /** @type {Map<string, Reduction>} */
  const found = new Map();
  for (const each of reductions) {
    const name = reductionText(each);
    found.set(name, { ...each, amount: each.amount + (found.get(name)?.amount ?? 0) });
  }
  return [...found.values()];
}

/** What a reduction is called. @param {Reduction} reduction */
export const reductionText = ({ kind, label }) => (kind === "coupon" ? `Coupon ${label}` : label);

/** What the page of a cart is about at this step. @param {Payment | null} payment */
export function headingOf(payment) {
  if (payment?.status === "succeeded") return "Thank you";
  return isRunning(payment) ? "Pay" : "Your cart";
}

/**
 * All carts, as they are with a coupon; without one when there is none of that code any more.
 *
 * @param {string} coupon
 * @returns {Promise<{now: number, payable: boolean, carts: Cart[]}>}
 */
export const cartsWith = (coupon) =>
  coupon ? get("/api/cart", { coupon }).catch(() => get("/api/cart")) : get("/api/cart");

/**
 * The code that a cart is paid with, if its coupon takes anything off.
 *
 * @param {Cart | null} cart
 */
export const usedCoupon = (cart) =>
  cart?.coupon && !cart.coupon.refused ? cart.coupon.code : undefined;
