// @ts-check
/** Auctions of a show that are not over: `auctions`, and what the team alone knows of them. */
import { withItem, withLine } from "/web/lib/show-state.js";

/**
 * @typedef {import("/web/lib/protocol.js").State} State
 * @typedef {import("/web/lib/protocol.js").Auction} Auction
 * @typedef {import("/web/lib/show-state.js").Reducer} Reducer
 */

/** A unit for which nobody has bid. @param {{start: number, has_reserve: boolean}} terms */
const nobody = ({ start, has_reserve }) => ({
  reserve_met: !has_reserve,
  ends_at: null,
  extensions: 0,
  leader: null,
  price: start,
  least: start,
  bids: 0,
});

/**
 * @param {State} state
 * @param {string} id
 * @param {(auction: Auction) => Partial<Auction>} change
 * @returns {State}
 */
const withAuction = (state, id, change) => ({
  ...state,
  auctions: state.auctions.map((a) => (a.id === id ? { ...a, ...change(a) } : a)),
});

/** @param {State} state @param {string} id @returns {State} */
function without(state, id) {
  const rest = { ...state, auctions: state.auctions.filter((a) => a.id !== id) };
  if (rest.auction_terms)
    rest.auction_terms = rest.auction_terms.filter(({ auction }) => auction !== id);
  return rest;
}

/** @param {State} state @param {any} data */
const stocked = (state, { item, variants, sold_out }) =>
  withItem(state, item, () => ({ variants, sold_out }));

/** @param {any} data */
const ref = ({ item, number, title }) => ({ item: { id: item, number, title } });

/** @type {Record<string, Reducer>} */
export const reducers = {
  "auction.put_up": (state, data, event) => {
    const { auction: id, item, variant, units, start, has_reserve } = data;
    const { seconds, extend, sudden_death, reserve = null } = data;
    const terms = { id, item, variant, units, start, has_reserve, seconds, extend, sudden_death };
    const next = {
      ...state,
      auctions: [...state.auctions, { ...terms, unit: 1, ...nobody(data) }],
    };
    if (next.auction_terms && reserve !== null)
      next.auction_terms = [...next.auction_terms, { auction: id, reserve }];
    return withLine(stocked(next, data), event, "auction", ref(data));
  },
  "auction.opened": (state, { auction, ends_at }) =>
    withAuction(state, auction, () => ({ ends_at })),
  "auction.bid": (state, data) => {
    const { auction, leader, price, least, bids, reserve_met, ends_at, extensions } = data;
    const now = { leader, price, least, bids, reserve_met, ends_at, extensions };
    return withAuction(state, auction, () => now);
  },
  "auction.bidder_out": (state, { auction, leader, price, least, bids, reserve_met }) =>
    withAuction(state, auction, () => ({ leader, price, least, bids, reserve_met })),
  "auction.closed": (state, data, event) => {
    const next = data.left
      ? withAuction(state, data.auction, (a) => ({ ...nobody(a), unit: a.unit + 1 }))
      : without(state, data.auction);
    const back = stocked(next, data);
    return data.outcome === "passed" ? withLine(back, event, "passed", ref(data)) : back;
  },
  "auction.cancelled": (state, data) => stocked(without(state, data.auction), data),
  "show.resumed": (state, { stood }) => {
    const later = (/** @type {number | null} */ end) => (end === null ? null : end + stood);
    if (!state.auctions.some((a) => a.ends_at !== null)) return state;
    return { ...state, auctions: state.auctions.map((a) => ({ ...a, ends_at: later(a.ends_at) })) };
  },
};
