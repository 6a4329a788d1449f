// @ts-check
/** The words for what moderators do. */
import { clockOrDayText, untilText } from "/web/lib/when.js";
import { toast } from "/web/components/ls-toast.js";

/** @typedef {import("/web/lib/protocol.js").AuditEntry} AuditEntry */

/** @type {import("/web/lib/features.js").Feature["notices"]} */
export const notices = {
  muted: ({ notice, mine }) => {
    const why = notice.text ? `: ${notice.text}` : "";
    // A notice may be read when the mute is over.
    const said = mine.muted
      ? `You are muted ${untilText(mine.muted.until)}${why}. You can still claim and buy.`
      : `You were muted in the chat${why}. You can chat again.`;
    toast(said, { tone: "warn" });
  },
  unmuted: () => toast("You can chat again.", { tone: "ok" }),
};

/** @param {AuditEntry} entry */
const who = ({ user }) => (user ? `@${user.handle}` : "");
/** @param {AuditEntry} entry */
const until = (entry) =>
  entry.until ? ` until ${clockOrDayText(entry.until)}` : " for the whole show";
/** @param {AuditEntry} entry */
const message = (entry) => (entry.message ? `: “${entry.message}”` : "");
/** @param {AuditEntry} entry */
const ofWhom = (entry) => (entry.user ? ` of ${who(entry)}` : "");

/**
 * What became of the list of blocked words.
 *
 * @param {{words?: string[], was?: number | string | string[]}} change
 */
function wordsText({ words = [], was }) {
  const before = Array.isArray(was) ? was : [];
  const quoted = (/** @type {string[]} */ list) => list.map((w) => `“${w}”`).join(", ");
  const added = words.filter((w) => !before.includes(w));
  const removed = before.filter((w) => !words.includes(w));
  const parts = [
    added.length ? `blocked ${quoted(added)}` : "",
    removed.length ? `allowed ${quoted(removed)}` : "",
  ];
  return parts.filter(Boolean).join(" and ") || "looked through the blocked words";
}

/** @param {{seconds?: number} | null} change */
const slowText = (change) =>
  change?.seconds ? `set slow mode to ${change.seconds} s` : "turned slow mode off";

/** @param {{minutes?: number} | null} change */
const brakeText = (change) =>
  change?.minutes
    ? `let new accounts chat after ${spanText(change.minutes)}`
    : "let new accounts chat at once";

/** A number of minutes, in words. @param {number} minutes */
export function spanText(minutes) {
  const [count, unit] =
    minutes % 1440 === 0
      ? [minutes / 1440, "day"]
      : minutes % 60 === 0
        ? [minutes / 60, "hour"]
        : [minutes, "minute"];
  return count === 1 ? `a${unit === "hour" ? "n" : ""} ${unit}` : `${count} ${unit}s`;
}

/** @param {{mode?: string} | null} change */
const modeText = (change) =>
  change?.mode === "everyone" ? "let everyone chat" : `let only ${change?.mode} chat`;

/** @param {AuditEntry} entry */
const removedText = (entry) =>
  entry.by && entry.by.id === entry.user?.id
    ? `took back their own message${message(entry)}`
    : `removed a message${ofWhom(entry)}${message(entry)}`;

/** @param {AuditEntry} entry */
function countText({ change }) {
  const count = change?.messages ?? 0;
  return count === 1 ? "the only message" : `${count} messages`;
}

/** @type {NonNullable<import("/web/lib/features.js").Feature["acts"]>} */
export const acts = {
  "user.muted": { undo: true, text: (e) => `muted ${who(e)}${until(e)}` },
  "user.unmuted": {
    text: (e) => (e.by ? `let ${who(e)} chat again` : `: the mute of ${who(e)} is over`),
  },
  "user.banned": { undo: true, text: (e) => `banned ${who(e)}${until(e)}` },
  "user.unbanned": {
    text: (e) => (e.by ? `lifted the ban of ${who(e)}` : `: the ban of ${who(e)} is over`),
  },
  "chat.deleted": { undo: true, text: removedText },
  "chat.restored": { text: (e) => `brought a message${ofWhom(e)} back${message(e)}` },
  "chat.purged": { undo: true, text: (e) => `removed ${countText(e)} of ${who(e)}` },
  "chat.unpurged": { text: (e) => `brought back ${countText(e)} of ${who(e)}` },
  "chat.slowed": { undo: true, text: (e) => slowText(e.change) },
  "chat.restricted": { undo: true, text: (e) => modeText(e.change) },
  "chat.braked": { undo: true, text: (e) => brakeText(e.change) },
  "chat.words_set": { undo: true, text: (e) => wordsText(e.change ?? {}) },
  "chat.announced": { text: (e) => `announced${message(e)}` },
};
