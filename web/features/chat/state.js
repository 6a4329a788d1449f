// @ts-check
/** What is said, and what becomes of it: the lines of `chat`, and its rules. */
import { seenByStaff, withChat, withLine } from "/web/lib/show-state.js";

/**
 * @typedef {import("/web/lib/protocol.js").State} State
 * @typedef {import("/web/lib/protocol.js").ChatLine} ChatLine
 */

/**
 * @param {State} state
 * @param {Map<number, Partial<ChatLine>>} changes  by the id of a line
 */
const withLinesChanged = (state, changes) =>
  withChat(state, {
    lines: state.chat.lines.map((line) => {
      const change = changes.get(line.id);
      return change ? { ...line, ...change } : line;
    }),
  });

/** Staff can still read what was deleted. @param {State} state @param {number[]} ids */
function withLinesDeleted(state, ids) {
  const gone = seenByStaff(state) ? { deleted: true } : { deleted: true, text: "", mentions: [] };
  return withLinesChanged(state, new Map(ids.map((id) => [id, gone])));
}

/** @param {State} state @param {{message: number, text: string, mentions: string[]}[]} lines */
const withLinesBack = (state, lines) =>
  withLinesChanged(
    state,
    new Map(
      lines.map(({ message, text, mentions }) => [message, { deleted: false, text, mentions }]),
    ),
  );

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
  "chat.said": (state, { user, text, mentions }, event) =>
    withLine(state, event, "message", { user, text, mentions }),
  "chat.announced": (state, { user, text, mentions }, event) =>
    withLine(state, event, "announced", { user, text, mentions }),
  "chat.deleted": (state, { message }) => withLinesDeleted(state, [message]),
  "chat.restored": (state, { message, text, mentions }) =>
    withLinesBack(state, [{ message, text, mentions }]),
  "chat.purged": (state, { messages }) => withLinesDeleted(state, messages),
  "chat.unpurged": (state, { lines }) => withLinesBack(state, lines),
  "chat.slowed": (state, { seconds }) => withChat(state, { slow_seconds: seconds }),
  "chat.restricted": (state, { mode }) => withChat(state, { mode }),
  "chat.braked": (state, { minutes }) => withChat(state, { newcomer_minutes: minutes }),
  "chat.words_set": (state, { words }) => withWords(state, words),
};
