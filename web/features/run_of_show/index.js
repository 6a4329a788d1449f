// @ts-check
/** The items of a show, in their order: adding, moving, showing, pricing, stocking. */
import { reducers } from "/web/features/run_of_show/state.js";

/** @type {import("/web/lib/features.js").Feature} */
export const runOfShow = { name: "run_of_show", reducers };
