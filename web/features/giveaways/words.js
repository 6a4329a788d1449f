// @ts-check
/** The words for what happens in giveaways. */
import { toast } from "/web/components/ls-toast.js";

/** @param {import("/web/lib/protocol.js").ChatLine} line */
const who = ({ user }) => (user ? `@${user.handle}` : "Somebody");

/** @type {import("/web/lib/features.js").Feature["lines"]} */
export const lines = {
  giveaway: ({ text }) => ({ text: `Giveaway: ${text}. Enter now.`, tone: "live" }),
  giveaway_won: (line) => ({ text: `${who(line)} won the giveaway: ${line.text}`, tone: "ok" }),
  giveaway_next: (line) => ({ text: `${line.text} goes to ${who(line)} instead`, tone: "ok" }),
  giveaway_over: ({ text }) => ({ text: `Not given away: ${text}`, tone: "plain" }),
};

/** @type {import("/web/lib/features.js").Feature["notices"]} */
export const notices = {
  prize: ({ notice }) =>
    toast(notice.text, {
      tone: "ok",
      seconds: 30,
      action: "Say where",
      run: () => location.assign("/orders"),
    }),
  giveaway_over: ({ notice }) => toast(notice.text, { tone: "warn", seconds: 12 }),
};
