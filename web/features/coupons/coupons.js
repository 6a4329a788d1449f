// @ts-check
/**
 * Coupons in words. Pure.
 *
 * @typedef {import("/web/lib/protocol.js").Coupon} Coupon
 */
import { money } from "/web/lib/money.js";
import { whenText } from "/web/lib/when.js";
import { counted } from "/web/lib/words.js";

/** @type {Record<string, string>} */
const WHO = { everyone: "", new: "for first orders", followers: "for followers" };

/** What a coupon takes off, in a few words. @param {Coupon} coupon */
export function offText({ percent, amount, cap, currency }) {
  if (amount !== null) return `${money(amount, currency ?? "")} off`;
  return `${percent} % off${cap === null ? "" : `, ${money(cap, currency ?? "")} at most`}`;
}

/** For whom and for what it is. @param {Coupon} coupon */
export function forText({ items, who, minimum, currency, show, once }) {
  const of = items === "own" ? "your own pieces" : "everything in your shows";
  return [
    show ? `${of}, in “${show.title}” only` : of,
    minimum ? `from ${money(minimum, currency ?? "")}` : "",
    WHO[who] ?? "",
    once ? "once per buyer" : "",
  ]
    .filter(Boolean)
    .join(", ");
}

/** How often it was used, and until when it can be. @param {Coupon} coupon */
export function usesText({ uses, used, ends_at }) {
  const often = uses === null ? `Used ${counted(used, "time")}` : `Used ${used} of ${uses} times`;
  return ends_at === null ? often : `${often} · until ${whenText(ends_at)}`;
}

/** Whether nobody can use it any more. @param {Coupon} coupon @param {number} now */
export const isOver = ({ stopped, uses, used, ends_at }, now) =>
  stopped || (uses !== null && used >= uses) || (ends_at !== null && ends_at <= now);
