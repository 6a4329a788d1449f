// @ts-check
/** Which giveaway is shown, and how likely one wins it, in words. */
import { svg } from "/web/vendor/lit.js";

/**
 * @typedef {import("/web/lib/protocol.js").State} State
 * @typedef {import("/web/lib/protocol.js").Giveaway} Giveaway
 */

/** A box with a ribbon. */
export const GIFT = svg`<path d="M4 9h16v4H4zM5.5 13v7h13v-7M12 9v11"/>
  <path d="M12 9c-4 0-5.5-1.4-5.5-2.9S9.5 3.5 12 9c2.5-5.5 5.5-4.4 5.5-2.9S16 9 12 9z"/>`;

/** How long a result is shown. */
const RESULT_MS = 120_000;

/** @type {Record<import("/web/lib/protocol.js").GiveawayWho, string>} */
export const WHO = {
  everyone: "for everybody",
  followers: "for followers of the host",
  buyers: "for buyers of this show",
};

/**
 * The giveaway to show at a time: one that is not over, or what was drawn a moment ago.
 *
 * @param {State | null} state
 * @param {number} now  the server's time (ms)
 * @returns {Giveaway | null}
 */
export function shownGiveaway(state, now) {
  const giveaway = state?.giveaway ?? null;
  if (!giveaway || giveaway.status === "open" || giveaway.status === "frozen") return giveaway;
  return giveaway.drawn_at !== null && now - giveaway.drawn_at < RESULT_MS ? giveaway : null;
}

/** @param {number | null} entries */
export const entriesText = (entries) =>
  entries === null ? "…" : entries === 1 ? "1 entry" : `${entries} entries`;

/**
 * @param {number | null} entries
 * @param {boolean} entered  one's own is among them
 */
export function oddsText(entries, entered) {
  if (entries === null) return "";
  if (entered) return `you win with 1 in ${Math.max(1, entries)}`;
  return `you would win with 1 in ${entries + 1}`;
}
