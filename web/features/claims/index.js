// @ts-check
/** Claiming an item: holds and their clocks, waitlists, what is sold. */
import { html } from "/web/vendor/lit.js";
import { told } from "/web/lib/lazy.js";
import { reducers } from "/web/features/claims/state.js";
import { lines } from "/web/features/claims/words.js";

/** @type {import("/web/lib/features.js").Feature} */
export const claims = {
  name: "claims",
  reducers,
  lines,
  notices: told(
    ["promoted", "given", "changed", "expired", "cancelled"],
    () => import("/web/features/claims/notices.js"),
  ),
  slots: {
    person: {
      when: ({ mine }) => mine?.can.includes("sell") ?? false,
      load: () => import("/web/features/claims/ls-hold-for.js"),
      render: ({ user, done }) => html`<ls-hold-for .user=${user} @done=${done}></ls-hold-for>`,
    },
  },
};
