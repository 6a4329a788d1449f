// @ts-check
/** What the team says to itself: `whispers`, which staff alone have. */

/** So many a show keeps. */
const KEPT = 50;

/** @type {Record<string, import("/web/lib/show-state.js").Reducer>} */
export const reducers = {
  "chat.whispered": (state, { user, text }, { seq, at }) =>
    state.whispers
      ? {
          ...state,
          whispers: [...state.whispers, { id: seq, at, user, text, deleted: false }].slice(-KEPT),
        }
      : state,
  "chat.unwhispered": (state, { whisper }) =>
    state.whispers
      ? {
          ...state,
          whispers: state.whispers.map((line) =>
            line.id === whisper ? { ...line, text: "", deleted: true } : line,
          ),
        }
      : state,
};
