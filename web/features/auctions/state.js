// @ts-check
/** Auctions of a show that are not over: `auctions`, and what the team alone knows of them. */
import { renamed, withItem, withLine } from "/web/lib/show-state.js";

/**
 * @typedef {import("/web/lib/protocol.js").State} State
 * @typedef {import("/web/lib/protocol.js").Auction} Auction
 * @typedef {import("/web/lib/protocol.js").Chance} Chance
 * @typedef {import("/web/lib/show-state.js").Reducer} Reducer
 */

/** A unit for which nobody has bid. @param {{start_price: number, has_reserve: boolean}} terms */
const nobody = ({ start_price, has_reserve }) => ({
  reserve_met: !has_reserve,
  ends_at: null,
  closing: false,
  extensions: 0,
  leader: null,
  price: start_price,
  next: start_price,
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

/** @param {State} state @param {any} data @returns {State} */
const standing = (state, { auction, leader, price, next, bids, reserve_met }) =>
  withAuction(state, auction, () => ({ leader, price, next, bids, reserve_met }));

/** Those in front that end first. @param {Chance} a @param {Chance} b */
const sooner = (a, b) => a.until - b.until || (a.chance < b.chance ? -1 : 1);

/** @type {Record<string, Reducer>} */
export const reducers = {
  "auction.put_up": (state, data, event) => {
    const { auction: id, item, variant, quantity, start_price, has_reserve } = data;
    const { seconds, extension_seconds, sudden_death, reserve = null } = data;
    const what = { id, item, variant, quantity, start_price, has_reserve };
    const terms = { ...what, seconds, extension_seconds, sudden_death };
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
  "auction.bid": standing,
  "auction.extended": (state, { auction, ends_at, extensions }) =>
    withAuction(state, auction, () => ({ ends_at, extensions, closing: false })),
  "auction.closing": (state, { auction }) => withAuction(state, auction, () => ({ closing: true })),
  "auction.bidder_out": standing,
  "auction.closed": (state, data, event) => {
    const next = data.left
      ? withAuction(state, data.auction, (a) => ({ ...nobody(a), unit: a.unit + 1 }))
      : without(state, data.auction);
    const back = stocked(next, data);
    return data.outcome === "passed" ? withLine(back, event, "passed", ref(data)) : back;
  },
  "auction.cancelled": (state, data) => stocked(without(state, data.auction), data),
  "auction.chance": (state, { chance, auction, unit, item, user, price, until }) => {
    const offered = { chance, auction, unit, item, user, price, until };
    return { ...state, chances: [...(state.chances ?? []), offered].sort(sooner) };
  },
  "auction.chance_over": (state, data) => {
    const next = stocked(state, data);
    if (next.chances) next.chances = next.chances.filter(({ chance }) => chance !== data.chance);
    return next;
  },
  "auction.released": stocked,
  "show.resumed": (state, { stood }) => {
    const later = (/** @type {number | null} */ end) => (end === null ? null : end + stood);
    const next = {
      ...state,
      auctions: state.auctions.map((a) => ({ ...a, ends_at: later(a.ends_at) })),
    };
    if (next.chances) next.chances = next.chances.map((c) => ({ ...c, until: c.until + stood }));
    return next;
  },
  "user.renamed": (state, { user }) => ({
    ...state,
    auctions: state.auctions.map((a) => ({ ...a, leader: a.leader && renamed(a.leader, user) })),
    ...(state.chances && {
      chances: state.chances.map((c) => ({ ...c, user: renamed(c.user, user) })),
    }),
  }),
};
