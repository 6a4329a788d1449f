// @ts-check
/** Flash prices: a lower price of one item for a while, or for so many pieces. */
import { html } from "/web/vendor/lit.js";
import { ephemeral, reducers } from "/web/features/flash/state.js";
import { acts, lines } from "/web/features/flash/words.js";

const shown = {
  when: (/** @type {import("/web/lib/room.js").RoomView} */ { state }) =>
    Boolean(state?.flash.length),
  load: () => import("/web/features/flash/ls-flash.js"),
  render: (/** @type {{item: import("/web/lib/protocol.js").Item}} */ { item }) =>
    html`<ls-flash .item=${item}></ls-flash>`,
};

/** @type {import("/web/lib/features.js").Feature} */
export const flash = {
  name: "flash",
  reducers,
  ephemeral,
  lines,
  acts,
  slots: {
    "item-card": shown,
    "item-detail": shown,
    "run-item": {
      load: () => import("/web/features/flash/ls-flash-desk.js"),
      render: ({ item }) => html`<ls-flash-desk .item=${item}></ls-flash-desk>`,
    },
  },
};
