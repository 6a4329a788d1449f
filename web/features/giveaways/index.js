// @ts-check
/** Giveaways: everybody enters once, and the draw can be recomputed. */
import { html } from "/web/vendor/lit.js";
import { ephemeral, reducers } from "/web/features/giveaways/state.js";
import { toast } from "/web/components/ls-toast.js";

/** @param {import("/web/lib/protocol.js").ChatLine} line */
const who = ({ user }) => (user ? `@${user.handle}` : "Somebody");

/** @type {import("/web/lib/features.js").Feature["lines"]} */
const lines = {
  giveaway: ({ text }) => ({ text: `Giveaway: ${text}. Enter now.`, tone: "live" }),
  giveaway_won: (line) => ({ text: `${who(line)} won the giveaway: ${line.text}`, tone: "ok" }),
  giveaway_next: (line) => ({ text: `${line.text} goes to ${who(line)} instead`, tone: "ok" }),
  giveaway_over: ({ text }) => ({ text: `Not given away: ${text}`, tone: "plain" }),
};

/** @type {import("/web/lib/features.js").Feature["notices"]} */
const notices = {
  prize: ({ notice }) =>
    toast(notice.text, {
      tone: "ok",
      seconds: 30,
      action: "Say where",
      run: () => location.assign("/orders"),
    }),
  giveaway_over: ({ notice }) => toast(notice.text, { tone: "warn", seconds: 12 }),
};

/** @type {import("/web/lib/features.js").Feature} */
export const giveaways = {
  name: "giveaways",
  reducers,
  ephemeral,
  lines,
  notices,
  slots: {
    viewer: {
      when: ({ state, mine }) => Boolean(state?.giveaway || mine?.prizes.length),
      load: () => import("/web/features/giveaways/ls-giveaway.js"),
      render: () => html`<ls-giveaway></ls-giveaway>`,
    },
    studio: {
      load: () => import("/web/features/giveaways/ls-giveaway-desk.js"),
      render: () => html`<ls-giveaway-desk></ls-giveaway-desk>`,
    },
  },
};
