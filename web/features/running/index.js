// @ts-check
/** How a show runs: its schedule, start, breaks and end, and who is on its staff. */
import { reducers } from "/web/features/running/state.js";
import { toast } from "/web/components/ls-toast.js";
import { lines, roleText } from "/web/features/running/words.js";

/** What somebody can do from now on. @type {Record<string, string>} */
const ROLE_HINTS = {
  moderator: "Tap a message to delete it or to mute its author; the shield has the rest.",
  cohost: "The studio is yours, too: tap the camera.",
};

/** @type {import("/web/lib/features.js").Feature["notices"]} */
const notices = {
  show_ended: ({ notice }) => toast(notice.text, { tone: "warn", seconds: 30 }),
  staffed: ({ notice, mine }) => {
    if (mine.roles.includes(/** @type {any} */ (notice.text)))
      toast(`You are ${roleText(notice.text)} of this show now. ${ROLE_HINTS[notice.text] ?? ""}`, {
        tone: "ok",
        seconds: 6,
      });
  },
  unstaffed: ({ notice, mine }) => {
    if (!mine.roles.includes(/** @type {any} */ (notice.text)))
      toast(`You are not ${roleText(notice.text)} of this show any more.`);
  },
};

/** @type {import("/web/lib/features.js").Feature} */
export const running = { name: "running", reducers, lines, notices };
