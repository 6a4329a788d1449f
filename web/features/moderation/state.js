// @ts-check
/** What moderators do to the state: `sanctions`, which staff alone have. */

import { renamed } from "/web/lib/show-state.js";
import { serverNow } from "/web/lib/time.js";

/**
 * @typedef {import("/web/lib/protocol.js").State} State
 * @typedef {import("/web/lib/protocol.js").Sanction} Sanction
 * @typedef {import("/web/lib/show-state.js").Reducer} Reducer
 */

/**
 * Put a sanction of one kind in place of somebody's former one.
 *
 * @param {State} state
 * @param {string} user
 * @param {Sanction["kind"]} kind
 * @param {Sanction} [next]  none lifts it
 * @returns {State}
 */
function withSanction(state, user, kind, next) {
  if (!state.sanctions) return state;
  const others = state.sanctions.filter((s) => !(s.user.id === user && s.kind === kind));
  return { ...state, sanctions: next ? [...others, next] : others };
}

/** @param {Sanction["kind"]} kind @returns {Reducer} */
const sanction =
  (kind) =>
  (state, { user, until = null, reason = "", by }, { seq }) =>
    withSanction(state, user.id, kind, { user, kind, until, reason, by, seq });

/** @type {Record<string, Reducer>} */
export const reducers = {
  "user.renamed": (state, { user }) =>
    state.sanctions
      ? {
          ...state,
          sanctions: state.sanctions.map((s) => ({
            ...s,
            user: renamed(s.user, user),
            by: renamed(s.by, user),
          })),
        }
      : state,
  "user.muted": sanction("mute"),
  "user.unmuted": (state, { user }) => withSanction(state, user.id, "mute"),
  "user.banned": sanction("ban"),
  "user.unbanned": (state, { user }) => withSanction(state, user.id, "ban"),
};

/**
 * Mutes and bans that are in force now: the state keeps those that are over until they are
 * replaced.
 *
 * @param {State | null | undefined} state
 */
export const inForce = (state) =>
  (state?.sanctions ?? []).filter((s) => s.until === null || s.until > serverNow());
