// @ts-check
/** How a show runs: its schedule, start, breaks and end, and who is on its staff. */
import { reducers } from "/web/features/running/state.js";
import { toast } from "/web/components/ls-toast.js";
import { lines } from "/web/features/running/words.js";

/** @type {import("/web/lib/features.js").Feature["notices"]} */
const notices = {
  show_ended: ({ notice }) => toast(notice.text, { tone: "warn", seconds: 30 }),
};

/** @type {import("/web/lib/features.js").Feature} */
export const running = { name: "running", reducers, lines, notices };
