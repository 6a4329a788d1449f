// @ts-check
/** Which auction is shown, and how it stands, in words. */
import { money } from "/web/lib/money.js";

/**
 * @typedef {import("/web/lib/protocol.js").State} State
 * @typedef {import("/web/lib/protocol.js").Auction} Auction
 */

/**
 * The auction to show: the one whose clock runs, or that of the piece that is shown, or the first.
 *
 * @param {State} state
 * @returns {Auction | null}
 */
export function shownAuction({ auctions, pinned }) {
  return (
    auctions.find((a) => a.ends_at !== null) ??
    auctions.find((a) => a.item === pinned) ??
    auctions[0] ??
    null
  );
}

/** @param {Auction} auction */
const bidsText = ({ bids }) => (bids === 1 ? "1 bid" : `${bids} bids`);

/**
 * @param {Auction} auction
 * @param {{maximum: number, leading: boolean} | undefined} own
 * @param {string | undefined} me
 * @param {string} currency
 */
export function standingText(auction, own, me, currency) {
  const { leader, has_reserve, reserve_met } = auction;
  if (!leader) return `to begin with, no bids yet${has_reserve ? ", has a lowest price" : ""}`;
  const who = leader.id === me ? "you" : `@${leader.handle}`;
  const parts = [`${bidsText(auction)}, ${who} ${leader.id === me ? "lead" : "leads"}`];
  if (own) parts.push(`your maximum is ${money(own.maximum, currency)}`);
  if (has_reserve) parts.push(reserve_met ? "lowest price reached" : "lowest price not reached");
  return parts.join(" · ");
}
