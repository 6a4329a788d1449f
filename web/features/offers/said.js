// @ts-check
/**
 * What an offer is to one of its sides: in words, and what can be said to it. Pure.
 *
 * @typedef {import("/web/lib/protocol.js").PriceOffer} PriceOffer
 * @typedef {"buyer" | "seller"} Side
 */
import { money } from "/web/lib/money.js";

/** @param {PriceOffer} offer @param {Side} side @param {string} currency */
export function said({ turn, amount, user }, side, currency) {
  const sum = money(amount, currency);
  if (side === "buyer") return turn === "buyer" ? `The seller asks ${sum}` : `You offer ${sum}`;
  return turn === "seller" ? `@${user.handle} offers ${sum}` : `You ask @${user.handle} for ${sum}`;
}

/**
 * Amounts between what both sides have said, the nearest to the other side first.
 *
 * @param {PriceOffer} offer
 * @param {Side} side
 * @param {number} price
 */
export function between({ offered, amount }, side, price) {
  const top = side === "buyer" ? amount : price;
  const gap = top - offered;
  const shares = side === "buyer" ? [0.75, 0.5, 0.25] : [0.25, 0.5, 0.75];
  const sums = shares.map((share) => Math.round(offered + gap * share));
  return [...new Set(sums)].filter((sum) => sum > offered && sum < top);
}

/** An offer that is less by so many percent. @param {number} price @param {number} percent */
export const less = (price, percent) => Math.max(1, Math.floor((price * (100 - percent)) / 100));
