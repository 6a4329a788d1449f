// @ts-check
/** What running a show does to its state: `show` and `staff`. */
import { renamed, withLine, withShow } from "/web/lib/show-state.js";

/** @type {Record<string, import("/web/lib/show-state.js").Reducer>} */
export const reducers = {
  "show.created": (state, { host, scheduled_at, ...data }) => ({
    ...withShow(state, {
      host,
      scheduled_at,
      status: scheduled_at === null ? "draft" : "scheduled",
      title: data.title,
      description: data.description,
      cover: data.cover,
      currency: data.currency,
      hold_seconds: data.hold_seconds,
      claims_per_buyer: data.claims_per_buyer,
      shipping_cap: data.shipping_cap,
      claim_word: data.claim_word,
    }),
    staff: [{ user: host, role: "host" }],
  }),
  "show.configured": (state, { changes }) => withShow(state, changes),
  "show.scheduled": (state, { scheduled_at }) =>
    withShow(state, { scheduled_at, status: "scheduled" }),
  "show.started": (state, { at, ends_at }, event) => {
    const started_at = state.show.started_at ?? at;
    return withLine(
      withShow(state, { status: "live", started_at, ended_at: null, ends_at }),
      event,
      "started",
    );
  },
  "show.interrupted": (state, { reason, at, ends_at }, event) =>
    withLine(
      withShow(state, { status: "interrupted", reason, interrupted_at: at, ends_at }),
      event,
      "interrupted",
    ),
  "show.resumed": (state, { ends_at }, event) =>
    withLine(
      withShow(state, { status: "live", reason: null, interrupted_at: null, ends_at }),
      event,
      "resumed",
    ),
  "show.ended": (state, { at }, event) =>
    withLine(
      withShow(state, {
        status: "ended",
        ended_at: at,
        reason: null,
        interrupted_at: null,
        ends_at: null,
      }),
      event,
      "ended",
    ),
  "show.staffed": (state, { user, role }) => ({
    ...state,
    staff: state.staff.some((s) => s.user.id === user.id)
      ? state.staff.map((s) => (s.user.id === user.id ? { user, role } : s))
      : [...state.staff, { user, role }],
  }),
  "user.renamed": (state, { user }) => ({
    ...withShow(state, { host: renamed(state.show.host, user) }),
    staff: state.staff.map((s) => ({ ...s, user: renamed(s.user, user) })),
  }),
  "show.unstaffed": (state, { user }) => ({
    ...state,
    staff: state.staff.filter((s) => s.user.id !== user.id),
  }),
};
