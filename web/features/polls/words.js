// @ts-check
/** The words for polls, and their one icon. */
import { svg } from "/web/vendor/lit.js";
import { clockOrDayText } from "/web/lib/when.js";

/** @typedef {import("/web/lib/protocol.js").Poll} Poll */

/** Three bars of a poll. */
export const BARS = svg`<path d="M4 6.5h9M4 12h16M4 17.5h6"/>`;

/** @type {import("/web/lib/features.js").Feature["lines"]} */
export const lines = {
  poll: ({ text }) => ({ text: `Poll: ${text}`, tone: "plain" }),
};

/** @param {import("/web/lib/protocol.js").AuditEntry} entry */
const question = ({ message }) => (message ? `: “${message}”` : "");

/** @type {NonNullable<import("/web/lib/features.js").Feature["acts"]>} */
export const acts = {
  "poll.opened": {
    text: (entry) =>
      `asked a poll${entry.until ? ` until ${clockOrDayText(entry.until)}` : ""}${question(entry)}`,
  },
  "poll.closed": { text: (entry) => `ended a poll${question(entry)}` },
};

/** How many have voted. @param {number} total */
export const votesText = (total) => (total === 1 ? "1 vote" : `${total} votes`);

/**
 * The share of an option in percent, and whether nobody has more.
 *
 * @param {number[]} counts
 * @param {number} option
 */
export function share(counts, option) {
  const total = counts.reduce((sum, n) => sum + n, 0);
  const count = counts[option];
  const nearest = total ? Math.round((100 * count) / total) : 0;
  // All and none are said of all and none alone, as the server does.
  const percent = count && count < total ? Math.min(99, Math.max(1, nearest)) : nearest;
  return { percent, first: total > 0 && counts[option] === Math.max(...counts) };
}

/** The result in words, for those who listen. @param {Poll} poll */
export function resultText({ question, options, counts }) {
  const shares = options.map((option, i) => `${option} ${share(counts ?? [], i).percent} %`);
  return counts?.some(Boolean)
    ? `The poll is over. ${question} ${shares.join(", ")}.`
    : `The poll is over. ${question} Nobody voted.`;
}
