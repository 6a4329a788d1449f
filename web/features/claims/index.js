// @ts-check
/** Claiming an item: holds and their clocks, waitlists, what is sold. */
import { notices } from "/web/features/claims/notices.js";
import { reducers } from "/web/features/claims/state.js";
import { lines } from "/web/features/claims/words.js";

/** @type {import("/web/lib/features.js").Feature} */
export const claims = { name: "claims", reducers, lines, notices };
