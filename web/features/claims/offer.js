// @ts-check
/**
 * What an item is to the person who looks at it: can it be had, is it theirs, are they waiting.
 * Pure.
 *
 * @typedef {import("/web/lib/protocol.js").Item} Item
 * @typedef {import("/web/lib/protocol.js").Variant} Variant
 * @typedef {import("/web/lib/protocol.js").Mine} Mine
 * @typedef {import("/web/lib/protocol.js").Show} Show
 */
import { available } from "/web/lib/show-state.js";
import { serverNow } from "/web/lib/time.js";

/** @param {Variant} v */
export const left = (v) => Math.max(0, v.quantity - v.held - v.sold);

/** Whether one has to choose. @param {Item} item */
export const hasVariants = (item) => item.variants.length > 1;

/** "Only 1", "3 left", "all held", "sold out". @param {Item} item @param {string} [variant] */
export function stockText(item, variant) {
  const variants = variant ? item.variants.filter((v) => v.id === variant) : item.variants;
  const n = available(variants);
  if (n > 1) return `${n} left`;
  if (n === 1)
    return item.variants.reduce((sum, v) => sum + v.quantity, 0) === 1
      ? "One of a kind"
      : "Last one";
  return variants.some((v) => v.held > 0) ? "All held" : "Sold out";
}

/** @param {Item} item @param {string} variant */
export const variantLabel = (item, variant) =>
  item.variants.find((v) => v.id === variant)?.label ?? "";

/**
 * Whether others in line are served first, because a hold of theirs ran out a moment ago.
 *
 * @param {import("/web/lib/protocol.js").MyWaiting} waiting
 * @param {number | null} frozenAt  the time at which the show's clocks stand still, or null
 */
export const isPassed = ({ passed_until: until }, frozenAt) =>
  until !== null && until > (frozenAt ?? serverNow());

/**
 * How many of those that somebody waits for they may have now, as the first in line. They are fewer
 * than they want, or they would have them.
 *
 * @param {Item} item
 * @param {import("/web/lib/protocol.js").MyWaiting} waiting
 * @param {number | null} frozenAt
 */
function partFree(item, waiting, frozenAt) {
  const { place, variant, quantity } = waiting;
  const free = available(item.variants.filter((v) => v.id === variant));
  return place === 1 && free < quantity && !isPassed(waiting, frozenAt) ? free : 0;
}

/** @param {Mine["claims"]} claims @param {string} variant */
const ownOf = (claims, variant) =>
  claims.reduce((n, c) => n + (c.variant === variant ? c.quantity : 0), 0);

/**
 * @param {{item: Item, show: Show, mine: Mine | null, guest: boolean, variant?: string}} of
 * @returns {{
 * kind: "guest" | "own" | "paying" | "held" | "waiting" | "closed" | "choose" | "waitlist" |
 * "claim",
 *   claim?: import("/web/lib/protocol.js").MyClaim,
 *   waiting?: import("/web/lib/protocol.js").MyWaiting, part?: number, why?: string,
 *   free?: boolean
 * }}
 */
export function offer({ item, show, mine, guest, variant }) {
  const claims = mine?.claims.filter((c) => c.item === item.id) ?? [];
  const lines = mine?.waitlist.filter((w) => w.item === item.id) ?? [];
  const pieces = [...claims, ...lines].reduce((sum, { quantity }) => sum + quantity, 0);
  // There is no more of it than what is theirs: nothing to wait for.
  const all = item.variants.every((v) => v.quantity - v.sold <= ownOf(claims, v.id));
  const full = pieces >= show.claims_per_buyer || show.status === "ended" || all;
  if (claims.length && full)
    return { kind: claims[0].paying ? "paying" : "held", claim: claims[0] };
  const waiting = lines.find((w) => full || !variant || w.variant === variant);
  if (waiting)
    return { kind: "waiting", waiting, part: partFree(item, waiting, show.interrupted_at) };
  if (mine && item.owner.id === mine.user.id) return { kind: "own" };
  if (show.status === "ended") return { kind: "closed", why: "Show is over" };
  if (show.status !== "live" && show.status !== "interrupted")
    return { kind: "closed", why: "Claims open at the start" };
  const chosen = variant ? item.variants.filter((v) => v.id === variant) : item.variants;
  if (chosen.every((v) => v.sold >= v.quantity)) return { kind: "closed", why: "Sold out" };
  // While anybody waits, whoever comes now is behind them.
  const line = item.variants.length === 1 && item.waiting > 0;
  const free = available(chosen) > 0 && !line;
  if (guest) return { kind: "guest", free };
  if (hasVariants(item) && !variant) return { kind: "choose" };
  return { kind: free ? "claim" : "waitlist" };
}

/**
 * The most that shipping an item on its own costs in the show.
 *
 * @param {Item} item
 * @param {Show} show
 */
export const shippingAlone = (item, show) =>
  Math.min(item.shipping_alone, show.shipping_cap ?? Infinity);

/**
 * How many pieces several holds or lines come to.
 *
 * @param {{quantity: number}[]} of
 */
export const pieces = (of) => of.reduce((n, { quantity }) => n + quantity, 0);

/** "you" or "@ada". @param {import("/web/lib/protocol.js").User} user @param {Mine | null} mine */
export const holder = (user, mine) => (user.id === mine?.user.id ? "you" : `@${user.handle}`);

/** " × 2" for more than one. @param {number} quantity */
export const times = (quantity) => (quantity > 1 ? ` × ${quantity}` : "");

/** "1st", "2nd", "3rd", "4th". @param {number} n */
export function ordinal(n) {
  const tens = n % 100;
  const ends = ["th", "st", "nd", "rd"];
  return `${n}${tens > 10 && tens < 14 ? "th" : (ends[n % 10] ?? "th")}`;
}
