// @ts-check
/** Auctions: the highest maximum wins, at the price that the second one makes it. */
import { html } from "/web/vendor/lit.js";
import { told } from "/web/lib/lazy.js";
import { reducers } from "/web/features/auctions/state.js";

/** @param {import("/web/lib/protocol.js").ChatLine} line */
const what = ({ item }) => (item ? `#${item.number} ${item.title}` : "an item");

/** @type {import("/web/lib/features.js").Feature["lines"]} */
const lines = {
  auction: (line) => ({ text: `In auction: ${what(line)}. Bids count already.`, tone: "live" }),
  passed: (line) => ({ text: `Not sold: ${what(line)}`, tone: "plain" }),
  won: (line) => ({
    text: `${line.user ? `@${line.user.handle}` : "Somebody"} won ${what(line)}`,
    tone: "ok",
  }),
};

/** @type {NonNullable<import("/web/lib/features.js").Feature["refusals"]>} */
const refusals = {
  has_bids: "Somebody has bid already. The auction goes on to its end.",
};

/** @type {import("/web/lib/features.js").Feature} */
export const auctions = {
  name: "auctions",
  reducers,
  lines,
  notices: told(
    ["won", "outbid", "auction_over", "second_chance", "retry"],
    () => import("/web/features/auctions/notices.js"),
  ),
  refusals,
  slots: {
    viewer: {
      when: ({ state, mine }) => Boolean(state?.auctions.length || mine?.chances.length),
      load: () => import("/web/features/auctions/ls-chances.js"),
      render: () => html`<ls-chances></ls-chances><ls-auction></ls-auction>`,
    },
    "item-detail": {
      when: ({ mine }) => Boolean(mine),
      load: () => import("/web/features/auctions/ls-auction-records.js"),
      render: ({ item }) => html`<ls-auction-records .item=${item}></ls-auction-records>`,
    },
    "run-item": {
      load: () => import("/web/features/auctions/ls-auction-desk.js"),
      render: ({ item }) => html`<ls-auction-desk .item=${item}></ls-auction-desk>`,
    },
  },
};
