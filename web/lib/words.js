// @ts-check
/** The words for codes: what went wrong and what to do next. */
import { ApiError } from "/web/lib/api.js";
import { durationText, serverNow, timeText } from "/web/lib/time.js";

/** @type {Record<string, string>} */
const SENTENCES = {
  network: "No connection to the server. Check your network; nothing was lost, just try again.",
  unavailable: "The server is catching its breath. Please try again in a moment.",
  internal: "Something broke on our side. Please try again.",
  rate_limited: "That was a lot at once. Wait a few seconds and try again.",
  unauthenticated: "You are signed out. Sign in and try again.",
  token_expired: "Your session is over. Please sign in again.",
  wrong_credentials: "Handle and password do not match. Check both and try again.",
  handle_taken: "That handle is taken. Try another one.",
  forbidden: "You may not do that here.",
  banned: "You cannot take part in this show.",
  not_found: "That is no longer there.",
  cross_site: "The request came from another site and was stopped.",
  too_large: "That is too large. Make it smaller and try again.",
  not_an_image: "That file is not a picture we can read. Use a JPEG, PNG or WebP.",
  too_complex: "That picture takes too much work to read. Save it as an ordinary JPEG.",
  unsupported_media_type: "That kind of file cannot be used. Use a JPEG, PNG or WebP.",
  muted: "You are muted in this chat. You can still claim and buy.",
  slow_mode: "Slow mode is on. Wait a little before the next message.",
  blocked_word: "That message has a word this show does not allow. Change it and send again.",
  followers_only: "Only followers of the host can chat. Follow the host to join in.",
  sellers_only: "Only sellers can chat right now. You can still claim and buy.",
  show_ended: "The show is over.",
  not_live: "Claims open when the host is live.",
  sold_out: "It is sold out.",
  own_item: "This one is yours. You cannot claim your own item.",
  claim_limit: "You already hold as many of these as one buyer may.",
  already_waiting: "You are already on the waitlist for this one.",
  variant_required: "Choose a size or colour first.",
  unknown_variant: "That size or colour is gone. Choose another one.",
  unknown_item: "That item is no longer in the show.",
  quantity_too_large: "There are not that many. Choose a smaller quantity.",
  waitlist_full: "The waitlist is full. Keep an eye on the item, it may come free.",
  unknown_claim: "That hold is already over.",
  claim_in_checkout: "It is being paid right now. Cancel the checkout first.",
  unknown_entry: "You are not on that waitlist any more.",
  no_mandate: "You need the owner's permission for this item. Ask for it in its closet.",
  below_floor: "That is below the lowest price the owner allows.",
  already_added: "It is already in this show.",
  currency_mismatch: "Its currency is not the currency of this show.",
  too_many_items: "This show is full. Remove an item first.",
  run_too_large: "The items have too much text together. Shorten descriptions, or remove items.",
  stock_in_use: "More than that is held or sold already. Choose a larger quantity.",
  not_owner: "Only its owner can change the stock.",
  wrong_status: "The show is in another state by now. Look again and retry.",
  in_the_past: "That time is over. Choose a later one.",
  is_staff: "Moderators cannot act on the show's staff. Ask the host.",
  is_host: "The host has that role already.",
  unknown_user: "There is no such person here. Check the handle.",
  not_muted: "They are not muted any more.",
  not_banned: "They are not banned any more.",
  unknown_message: "That message is too old to change.",
  cannot_undo: "That can no longer be undone.",
  already_publishing: "Somebody else is broadcasting this show.",
  too_many_viewers: "The show is full. Trying again shortly.",
  too_many_connections: "Too many windows of this show are open. Close one and reload.",
  checkout_open: "A checkout is open already. Finish or cancel it first.",
  nothing_to_pay: "There is nothing to pay: your holds are over.",
  payment_settled: "That payment is already decided.",
  listing_in_use: "It is in a live show. Remove it there first.",
  variant_in_use: "That variant is held or sold, it cannot be removed.",
  card_declined: "The card was declined. Try another one.",
};

/** Codes whose server sentence carries more than ours (a number, a name): prefer it. */
const PREFER_DETAIL = new Set(["invalid", "conflict", "below_floor", "slow_mode", "quantity_too_large", "claim_limit", "rate_limited"]);

/**
 * One sentence for people about an error, always with what to do next.
 *
 * @param {unknown} error
 * @returns {string}
 */
export function explain(error) {
  if (!(error instanceof ApiError)) return SENTENCES.internal;
  if (error.code === "invalid" && error.errors.length) return error.errors.map((e) => e.message).join(" ");
  if (PREFER_DETAIL.has(error.code) && error.detail && error.detail !== error.code) return error.detail;
  return SENTENCES[error.code] ?? error.detail ?? SENTENCES.internal;
}

/** "until 19:45 (4 minutes)" or "until the show ends". @param {number | null | undefined} until */
export function untilText(until) {
  if (!until) return "until the show ends";
  return `until ${timeText(until)} (${durationText(until - serverNow())})`;
}

/** @type {Record<string, string>} */
export const CONDITIONS = { new: "New with tags", like_new: "Like new", good: "Good", fair: "Well loved" };

/** @type {Record<string, string>} */
export const ROLES = { host: "Host", cohost: "Co-host", moderator: "Mod" };

/**
 * Word a system line of the chat.
 *
 * @param {import("/web/lib/protocol.js").Line} line
 * @returns {{text: string, tone: "ok" | "warn" | "plain" | "live"}}
 */
export function lineText(line) {
  const who = line.user ? `@${line.user.handle}` : "Somebody";
  const what = line.item ? `#${line.item.number} ${line.item.title}` : "an item";
  switch (line.kind) {
    case "claimed":
      return { text: `${who} claimed ${what}`, tone: "ok" };
    case "promoted":
      return { text: `${who} moved up from the waitlist: ${what}`, tone: "ok" };
    case "released":
      return { text: `${what} is free again`, tone: "warn" };
    case "expired":
      return { text: `${what}: ${line.user ? `${who}'s hold ran out` : "a hold ran out"}`, tone: "warn" };
    case "sold":
      return { text: `Sold! ${what} goes to ${who}`, tone: "ok" };
    case "started":
      return { text: "The show is live. Welcome!", tone: "live" };
    case "interrupted":
      return { text: "The stream paused. All timers stand still.", tone: "warn" };
    case "resumed":
      return { text: "We are back. Timers run again.", tone: "live" };
    case "ended":
      return { text: "The show is over. Thank you for coming!", tone: "live" };
    default:
      return { text: line.text, tone: "plain" };
  }
}
