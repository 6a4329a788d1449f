// @ts-check
/** Giveaways: everybody enters once, and the draw can be recomputed. */
import { html } from "/web/vendor/lit.js";
import { ephemeral, reducers } from "/web/features/giveaways/state.js";
import { lines, notices } from "/web/features/giveaways/words.js";

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
