// @ts-check
/** The words for flash prices. */
import { money } from "/web/lib/money.js";
import { flashOf } from "/web/lib/show-state.js";
import { untilText } from "/web/lib/when.js";

/** @param {import("/web/lib/protocol.js").ChatLine} line */
const what = ({ item }) => (item ? `#${item.number} ${item.title}` : "an item");

/** @type {import("/web/lib/features.js").Feature["lines"]} */
export const lines = {
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
export const acts = {
  "flash.started": {
    text: (entry) =>
      `started a flash price${piece(entry)}${entry.until ? ` ${untilText(entry.until)}` : ""}`,
    undo: true,
  },
  "flash.ended": { text: (entry) => `ended the flash price${piece(entry)}` },
};
