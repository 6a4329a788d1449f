// @ts-check
/** The picture and sound of a show: sending and watching them. */
import { withShow } from "/web/lib/show-state.js";

/** @type {import("/web/lib/features.js").Feature} */
export const broadcast = {
  name: "broadcast",
  reducers: {
    "stream.started": (state) =>
      withShow(state, {
        streaming: true,
        // An interruption may go on, and so may its end.
        ends_at: state.show.status === "live" ? null : state.show.ends_at,
      }),
    "stream.stopped": (state) => withShow(state, { streaming: false }),
    "show.ended": (state) => withShow(state, { streaming: false }),
  },
};
