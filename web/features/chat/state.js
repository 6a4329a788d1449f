// @ts-check
/** What is said, and what becomes of it: the lines of `chat`, and its rules. */
import { seenByStaff, withChat, withLine } from "/web/lib/show-state.js";

/**
 * @typedef {import("/web/lib/protocol.js").State} State
 * @typedef {import("/web/lib/protocol.js").ChatLine} ChatLine
 */

/** @param {State} state @param {number} id @param {Partial<ChatLine>} changes */
const withLineChanged = (state, id, changes) =>
  withChat(state, {
    lines: state.chat.lines.map((line) => (line.id === id ? { ...line, ...changes } : line)),
  });

/**
 * Blocked words, which staff alone have.
 *
 * @param {State} state
 * @param {string[]} [words]
 */
const withWords = (state, words) => (words === undefined ? state : withChat(state, { words }));

/** @type {Record<string, import("/web/lib/show-state.js").Reducer>} */
export const reducers = {
  "show.created": (state, { slow_seconds, chat_mode, words }) =>
    withWords(withChat(state, { slow_seconds, mode: chat_mode }), words),
  "chat.said": (state, { user, text }, event) => withLine(state, event, "message", { user, text }),
  "chat.announced": (state, { user, text }, event) =>
    withLine(state, event, "announced", { user, text }),
  // Staff can still read what was deleted.
  "chat.deleted": (state, { message }) =>
    withLineChanged(
      state,
      message,
      seenByStaff(state) ? { deleted: true } : { deleted: true, text: "" },
    ),
  "chat.restored": (state, { message, text }) =>
    withLineChanged(state, message, { deleted: false, text }),
  "chat.slowed": (state, { seconds }) => withChat(state, { slow_seconds: seconds }),
  "chat.restricted": (state, { mode }) => withChat(state, { mode }),
  "chat.words_set": (state, { words }) => withWords(state, words),
};
