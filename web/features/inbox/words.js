// @ts-check
/**
 * The words for what is told outside of the show that it happened in.
 *
 * @typedef {import("/web/features/inbox/inbox.js").ShowNotice} Notice
 * @typedef {import("/web/features/inbox/inbox.js").LendingNews} LendingNews
 */
import { toast } from "/web/components/ls-toast.js";

/** @param {Notice} notice */
const what = ({ item }) => (item ? `#${item.number} ${item.title}` : "An item");

/** @param {string} text @param {string} show */
const yours = (text, show) =>
  toast(text, {
    tone: "ok",
    seconds: 15,
    action: "Pay now",
    run: () => location.assign(`/cart?show=${show}`),
  });

/**
 * By the kind of a notice; `still`: whether it is still so.
 *
 * @type {Record<string, (notice: Notice, show: string, still: boolean) => void>}
 */
export const noticeWords = {
  promoted: (notice, show, still) =>
    still && yours(`Your turn! ${what(notice)} is yours. Pay before its time is over.`, show),
  given: (notice, show, still) =>
    still && yours(`The host holds ${what(notice)} for you. Nothing is charged.`, show),
  expired: (notice) =>
    toast(`The time to pay for ${what(notice)} is over.`, { tone: "warn", seconds: 10 }),
  cancelled: (notice) =>
    toast(`${what(notice)}: your hold or place in line is over. ${notice.text}`.trim(), {
      tone: "warn",
      seconds: 12,
    }),
  // The cart shows it itself.
  sold: (notice) =>
    location.pathname.startsWith("/cart") ||
    toast(`Paid: ${what(notice)} is yours.`, { tone: "ok", seconds: 8 }),
  payment_failed: () =>
    toast("Your payment did not go through. Try again, or use another card.", {
      tone: "warn",
      seconds: 12,
    }),
  order_refunded: (notice) =>
    toast(`You get money of an order back. ${notice.text}`.trim(), { tone: "ok", seconds: 12 }),
  order_cancelled: (notice) =>
    toast(`A buyer cancelled an order. ${notice.text}`.trim(), { tone: "warn", seconds: 12 }),
  show_ended: (notice) => toast(notice.text, { tone: "warn", seconds: 30 }),
  refunded: (notice) =>
    toast(`Your payment for ${what(notice)} goes back to you.`, { tone: "warn", seconds: 12 }),
};

/**
 * By the status of a mandate that somebody else has changed.
 *
 * @type {Record<string, (news: LendingNews) => string>}
 */
export const lendingWords = {
  requested: ({ by, title }) => `@${by.handle} asks to sell “${title}” in a show.`,
  offered: ({ by, title }) => `@${by.handle} offers to lend you “${title}”.`,
  active: ({ by, title }) => `@${by.handle} agreed: “${title}” can be sold in the show.`,
  declined: ({ by, title }) => `@${by.handle} declined to lend or take “${title}”.`,
  revoked: ({ by, title }) => `@${by.handle} ended the lending of “${title}”.`,
};
