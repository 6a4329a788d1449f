// @ts-check
/**
 * One sentence about what went wrong and what to do next. The server's own sentences are shown as
 * they are; here is what it cannot say, because it was not reached or had no answer.
 */
import { ApiError } from "/web/lib/api.js";

/** By code, for errors that come without a sentence. @type {Record<string, string>} */
const SENTENCES = {
  network: "No connection to the server. Check your network; nothing was lost, just try again.",
  unavailable: "The server is catching its breath. Please try again in a moment.",
  internal: "Something broke on our side. Please try again.",
  banned: "You cannot take part in this show.",
  not_found: "That is no longer there.",
  signed_out: "You are signed out. Sign in and try again.",
};
const UNKNOWN = "That did not work. Please try again.";

/** Words of features for refusals whose sentence does not suit a page, by code. */
const refusals = /** @type {Map<string, string>} */ (new Map());

/** Have refusals said in other words than the server's. @param {Record<string, string>} words */
export function wordRefusals(words) {
  for (const [code, sentence] of Object.entries(words)) refusals.set(code, sentence);
}

/**
 * One sentence for people about an error.
 *
 * @param {unknown} error
 * @returns {string}
 */
export function explain(error) {
  if (!(error instanceof ApiError)) return SENTENCES.internal;
  const { code, detail, errors } = error;
  if (code === "invalid" && errors.length)
    return errors.map((e) => `${e.message.replace(/\.$/, "")}.`).join(" ");
  return refusals.get(code) ?? (detail || SENTENCES[code] || UNKNOWN);
}

/**
 * How many there are: "1 piece", "2 pieces".
 *
 * @param {number} count
 * @param {string} one
 * @param {string} [many]
 */
export const counted = (count, one, many = `${one}s`) => `${count} ${count === 1 ? one : many}`;

/** Name the page as it is now: what a tab and a screen reader say. @param {string} what */
export function title(what) {
  document.title = `${what} · liveshow`;
}
