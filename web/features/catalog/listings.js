// @ts-check
/** The words for a listing's stock and shipping. */
import { get } from "/web/lib/api.js";
import { money } from "/web/lib/money.js";

/** @typedef {import("/web/lib/protocol.js").Listing} Listing */

/** How many can still be had. @param {Listing} listing */
export const available = (listing) =>
  listing.variants.reduce((n, v) => n + v.quantity - v.held - v.sold, 0);

/** @param {Listing} listing @returns {{text: string, tone: "" | "ok" | "warn" | "bad"}} */
export function stockText(listing) {
  if (listing.archived) return { text: "Archived", tone: "" };
  const left = available(listing);
  const held = listing.variants.reduce((n, v) => n + v.held, 0);
  const sold = listing.variants.reduce((n, v) => n + v.sold, 0);
  if (left === 0 && held) return { text: `All held (${held})`, tone: "warn" };
  if (left === 0) return { text: sold ? "Sold" : "None left", tone: "bad" };
  const kinds = listing.variants.length;
  const text = `${left} left${kinds > 1 ? ` in ${kinds} kinds` : ""}`;
  return held ? { text: `${text} · ${held} held`, tone: "warn" } : { text, tone: "" };
}

/** "Shipping €4.90", "Ships free", "Shipping by weight (1200 g)". @param {Listing} listing */
export function shippingText({ shipping, currency }) {
  if (shipping.weight) return `Shipping by weight (${shipping.weight} g)`;
  return shipping.flat ? `Shipping ${money(shipping.flat, currency)}` : "Ships free";
}

/** @type {Map<string, Promise<Listing>>} */
const asked = new Map();

/** A listing by its id; asked for once per page. @param {string} id @returns {Promise<Listing>} */
export function listingOf(id) {
  let answer = asked.get(id);
  if (!answer) {
    answer = get(`/api/listings/${id}`);
    answer.catch(() => asked.delete(id));
    asked.set(id, answer);
  }
  return answer;
}
