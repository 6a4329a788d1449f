// @ts-check
/** How a show runs: its schedule, start, breaks and end, and who is on its staff. */
import { reducers } from "/web/features/running/state.js";
import { lines } from "/web/features/running/words.js";

/** @type {import("/web/lib/features.js").Feature} */
export const running = { name: "running", reducers, lines };
