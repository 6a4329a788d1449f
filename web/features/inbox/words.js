// @ts-check
/**
 * The words for what is told outside of the show that it happened in.
 *
 * @typedef {import("/web/lib/protocol.js").ShowNotice} Notice
 * @typedef {import("/web/lib/protocol.js").LendingNews} LendingNews
 * @typedef {import("/web/lib/protocol.js").OrderNews} OrderNews
 */
import { roleText } from "/web/features/running/words.js";
import { money } from "/web/lib/money.js";
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

/** @param {Notice} notice */
const sum = ({ price, currency }) => (price === null ? "more" : money(price, currency));

/** " for $12.00" @param {Notice} notice */
const atPrice = (notice) => (notice.price === null ? "" : ` for ${sum(notice)}`);

/**
 * What is answered in its show.
 *
 * @param {string} text
 * @param {string} show
 * @param {"ok" | "warn"} tone
 */
const look = (text, show, tone) =>
  toast(text, {
    tone,
    seconds: 15,
    action: "Look",
    run: () => location.assign(`/shows/${show}`),
  });

/** @param {Notice} notice */
const moneyBack = ({ price, currency }) =>
  `${price === null ? "Money" : money(price, currency)} goes back to your card for an order`;

/** @param {Notice} notice */
const sumOf = ({ price, currency }) => (price === null ? "Money" : money(price, currency));

/** What is on the page already needs no way to it. */
const orders = (
  /** @type {string} */ text,
  /** @type {string} */ hash,
  /** @type {"ok" | "warn"} */ tone,
) =>
  toast(text.trim(), {
    tone,
    seconds: 12,
    ...(location.pathname.startsWith("/orders/")
      ? {}
      : { action: "Look", run: () => location.assign(`/orders${hash}`) }),
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
  won: (notice, show, still) =>
    still &&
    yours(`You have won ${what(notice)}${atPrice(notice)}. Pay before its time is over.`, show),
  outbid: (notice, show) =>
    look(`Somebody has bid more for ${what(notice)}. It is at ${sum(notice)} now.`, show, "warn"),
  auction_over: (notice) => toast(`${what(notice)}: ${notice.text}`, { tone: "warn", seconds: 10 }),
  second_chance: (notice, show) =>
    look(
      `${what(notice)} was not paid. You can have it${atPrice(notice)}: answer within a minute.`,
      show,
      "ok",
    ),
  retry: (notice, show, still) => still && yours(notice.text, show),
  changed: (notice, show) =>
    yours(`The host changed what you hold: ${what(notice)}. ${notice.text}`.trim(), show),
  // So does it when a hold of its own runs out.
  expired: (notice) =>
    location.pathname.startsWith("/cart") ||
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
  prize: (notice) =>
    toast(notice.text, {
      tone: "ok",
      seconds: 30,
      action: "Say where",
      run: () => location.assign("/orders"),
    }),
  giveaway_over: (notice) => toast(notice.text, { tone: "warn", seconds: 12 }),
  order_refunded: (notice) =>
    orders(`${moneyBack(notice)} of “${notice.show.title}”. ${notice.text}`, "", "ok"),
  order_cancelled: (notice) =>
    orders(`A buyer of “${notice.show.title}” cancelled an order. ${notice.text}`, "#sold", "warn"),
  chargeback: (notice) =>
    orders(
      `${sumOf(notice)} of an order in “${notice.show.title}” is withheld. ${notice.text}`,
      "#sold",
      "warn",
    ),
  chargeback_won: (notice) =>
    orders(`The bank decided for you: ${sumOf(notice)} is not withheld any more.`, "#sold", "ok"),
  chargeback_lost: (notice) =>
    orders(`The bank decided for the buyer: ${sumOf(notice)} stays withheld.`, "#sold", "warn"),
  staffed: ({ show, text }) =>
    toast(`You are ${roleText(text)} of “${show.title}” now.`, {
      tone: "ok",
      seconds: 12,
      action: "Look",
      run: () => location.assign(`/shows/${show.id}`),
    }),
  unstaffed: ({ show, text }) =>
    toast(`You are not ${roleText(text)} of “${show.title}” any more.`),
  // The list of what is lent has it.
  offer_made: (notice) =>
    location.pathname + location.hash === "/closet#lending" ||
    toast(`${notice.text} offers ${sum(notice)} for ${what(notice)}.`, {
      tone: "warn",
      seconds: 15,
      action: "Answer",
      run: () => location.assign("/closet#lending"),
    }),
  offer_countered: (notice, show) =>
    look(`The seller asks ${sum(notice)} for ${what(notice)}. Answer in time.`, show, "warn"),
  offer_accepted: (notice, show) =>
    yours(`${what(notice)} is yours for ${sum(notice)}. Pay before its time is over.`, show),
  offer_taken: (notice) =>
    toast(`${notice.text} has ${what(notice)} for ${sum(notice)}. It is held for them.`, {
      tone: "ok",
      seconds: 12,
    }),
  offer_over: (notice) =>
    toast(`The offer for ${what(notice)} is over. ${notice.text}`, { tone: "warn", seconds: 10 }),
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
  declined: ({ by, title }) => `@${by.handle} declined: “${title}” is not lent.`,
  revoked: ({ by, title }) => `@${by.handle} ended the lending of “${title}”.`,
  // Nobody did that: `by` is the other side.
  expired: ({ by, title }) => `The time of lending “${title}” with @${by.handle} is over.`,
};

/** @param {OrderNews} news */
const pieces = ({ title, more }) => (more ? `“${title}” and ${more} more` : `“${title}”`);

/** " with DHL: 00340": no full stop follows a number that may be copied. @param {OrderNews} news */
function way({ carrier, tracking }) {
  if (!tracking) return carrier ? ` with ${carrier}.` : ".";
  return carrier ? ` with ${carrier}: ${tracking}` : `, tracking number ${tracking}`;
}

/**
 * By what somebody else has made of an order.
 *
 * @type {Record<string, {text: (news: OrderNews) => string, tone?: "ok" | "warn"}>}
 */
export const orderWords = {
  paid: {
    text: (news) =>
      `@${news.by.handle} ${news.prize ? "won" : "bought"} ${pieces(news)}. It is yours to pack.`,
    tone: "ok",
  },
  packed: { text: (news) => `@${news.by.handle} has packed ${pieces(news)} for you.` },
  shipped: {
    text: (news) => `@${news.by.handle} has sent you ${pieces(news)}${way(news)}`,
    tone: "ok",
  },
  delivered: { text: (news) => `@${news.by.handle} says that ${pieces(news)} arrived.` },
  not_as_described: {
    text: (news) => `Not as described, says @${news.by.handle}: ${pieces(news)}.`,
    tone: "warn",
  },
};

/** Several sales at once are told as one. @param {number} parcels */
export const salesWords = (parcels) =>
  `${parcels} parcels of yours are sold and wait to be packed.`;

/** @type {Record<string, string>} */
const CASES = {
  offered: "an offer was made. Take it or refuse it.",
  returning: "the pieces are to be sent back.",
  sent_back: "the pieces are on their way back.",
  escalated: "whoever runs this server decides now.",
  ruled: "it was decided. You can appeal for two days.",
  appealed: "the decision was appealed.",
  refunding: "the money is on its way back.",
  closed: "the case is closed.",
};

/**
 * What somebody else, or time, has made of a case.
 *
 * @param {import("/web/lib/protocol.js").CaseNews} news
 */
export const caseWords = ({ title, status }) =>
  `“${title}”, not as described: ${CASES[status] ?? "there is something new."}`;
