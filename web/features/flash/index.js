// @ts-check
/** Flash prices: a lower price of one item for a while, or for so many pieces. */
import { html } from "/web/vendor/lit.js";
import { money } from "/web/lib/money.js";
import { flashOf } from "/web/lib/show-state.js";
import { untilText } from "/web/lib/when.js";
import { ephemeral, reducers } from "/web/features/flash/state.js";

/** @param {import("/web/lib/protocol.js").ChatLine} line */
const what = ({ item }) => (item ? `#${item.number} ${item.title}` : "an item");

/** @type {import("/web/lib/features.js").Feature["lines"]} */
const lines = {
  flash: (line, all, state) => {
    const flash = flashOf(state, line.item?.id ?? "");
    const price = flash && state ? `: ${money(flash.price, state.show.currency)}` : "";
    return { text: `Flash price for ${what(line)}${price}`, tone: "live" };
  },
  flash_over: (line) => ({
    text: `The flash price of ${what(line)} is over. ${line.text} went.`,
    tone: "plain",
  }),
};

/** @param {import("/web/lib/protocol.js").AuditEntry} entry */
const piece = ({ message }) => (message ? ` of “${message}”` : "");

/** @type {NonNullable<import("/web/lib/features.js").Feature["acts"]>} */
const acts = {
  "flash.started": {
    text: (entry) =>
      `started a flash price${piece(entry)}${entry.until ? ` ${untilText(entry.until)}` : ""}`,
    undo: true,
  },
  "flash.ended": { text: (entry) => `ended the flash price${piece(entry)}` },
};

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
