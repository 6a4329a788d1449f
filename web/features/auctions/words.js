// @ts-check
/** The words for what happens in auctions. */
/** @param {import("/web/lib/protocol.js").ChatLine} line */
const what = ({ item }) => (item ? `#${item.number} ${item.title}` : "an item");

/** @type {import("/web/lib/features.js").Feature["lines"]} */
export const lines = {
  auction: (line) => ({ text: `In auction: ${what(line)}. Bids count already.`, tone: "live" }),
  passed: (line) => ({ text: `Not sold: ${what(line)}`, tone: "plain" }),
  won: (line) => ({
    text: `${line.user ? `@${line.user.handle}` : "Somebody"} won ${what(line)}`,
    tone: "ok",
  }),
};

/** @type {NonNullable<import("/web/lib/features.js").Feature["refusals"]>} */
export const refusals = {
  has_bids: "Somebody has bid already. The auction goes on to its end.",
};
