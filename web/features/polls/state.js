// @ts-check
/** The newest poll of a show: `poll`. Its counts come beside the log while it is open. */
import { withLine } from "/web/lib/show-state.js";

/**
 * @typedef {import("/web/lib/protocol.js").State} State
 * @typedef {import("/web/lib/protocol.js").Poll} Poll
 */

/** How long the result of a poll is shown. */
const RESULT_MS = 60_000;

/**
 * The poll to show at a time: the open one, or the result of the last minute.
 *
 * @param {State | null} state
 * @param {number} now  the server's time (ms)
 * @returns {Poll | null}
 */
export function shownPoll(state, now) {
  const poll = state?.poll ?? null;
  if (!poll || poll.closed_at === null) return poll;
  return now - poll.closed_at < RESULT_MS ? poll : null;
}

/**
 * The poll with this id, changed; an older or a newer one stays as it is.
 *
 * @param {State} state
 * @param {string} id
 * @param {Partial<Poll>} changes
 * @returns {State}
 */
const withPoll = (state, id, changes) =>
  state.poll?.id === id ? { ...state, poll: { ...state.poll, ...changes } } : state;

/** @type {Record<string, import("/web/lib/show-state.js").Reducer>} */
export const reducers = {
  "poll.opened": (state, { poll, question, options, until }, { at }) => ({
    ...state,
    poll: { id: poll, question, options, opened_at: at, until, closed_at: null, counts: null },
  }),
  "poll.closed": (state, { poll, question, counts, result }, event) =>
    withLine(withPoll(state, poll, { closed_at: event.at, counts }), event, "poll", {
      text: `${question} ${result}`,
    }),
};

/** @type {NonNullable<import("/web/lib/features.js").Feature["ephemeral"]>} */
export const ephemeral = {
  poll_votes: (state, { poll, counts }) =>
    // What was on its way when the poll ended is older than the result.
    state.poll?.closed_at === null ? withPoll(state, poll, { counts }) : state,
};
