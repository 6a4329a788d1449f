// @ts-check
/** What notes and promises do to the state: `notes`. */

/** @typedef {import("/web/lib/protocol.js").State} State */
/** @typedef {import("/web/lib/protocol.js").ItemPromise} ItemPromise */

/** @param {State} state @param {string} item @returns {ItemPromise[]} what is promised with it */
export const promisesOf = (state, item) => state.notes.promises[item] ?? [];

/** @param {State} state @param {string} item @param {ItemPromise[]} made @returns {State} */
function withPromises(state, item, made) {
  const { [item]: _, ...others } = state.notes.promises;
  const promises = made.length ? { ...others, [item]: made } : others;
  return { ...state, notes: { ...state.notes, promises } };
}

/** @type {Record<string, import("/web/lib/show-state.js").Reducer>} */
export const reducers = {
  "show.noted": (state, { text, revision }) => ({
    ...state,
    notes: { ...state.notes, note: text ? { text, revision } : null },
  }),
  "item.promised": (state, { item, promises }) => withPromises(state, item, promises),
  "item.removed": (state, { item }) => withPromises(state, item, []),
};
