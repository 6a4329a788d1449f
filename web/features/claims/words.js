// @ts-check
/** The words for what happens to claims in front of everybody. */

/** @typedef {import("/web/lib/protocol.js").ChatLine} ChatLine */

/** @param {ChatLine} line */
const who = ({ user }) => (user ? `@${user.handle}` : "Somebody");

/** @param {ChatLine} line */
const what = ({ item }) => (item ? `#${item.number} ${item.title}` : "an item");

/**
 * Whether the next in line got at once what a line says has come back: a promotion is of the same
 * moment.
 *
 * @param {ChatLine} line
 * @param {ChatLine[]} all
 */
const passedOn = ({ id, at, item }, all) =>
  all.some((l) => l.kind === "promoted" && l.id > id && l.at === at && l.item?.id === item?.id);

/**
 * What became of a piece that was given back. Nobody can have what is not in the show any more.
 *
 * @param {ChatLine} line
 * @param {ChatLine[]} all
 * @param {import("/web/lib/protocol.js").State | null} state
 */
function released(line, all, state) {
  if (passedOn(line, all)) return "goes to the next in line";
  const there = !state || state.items.some(({ id }) => id === line.item?.id);
  return there ? "is free again" : "was given back";
}

/** @type {import("/web/lib/features.js").Feature["lines"]} */
export const lines = {
  claimed: (line) => ({ text: `${who(line)} claimed ${what(line)}`, tone: "ok" }),
  promoted: (line) => ({
    text: `${who(line)} moved up from the waitlist: ${what(line)}`,
    tone: "ok",
  }),
  given: (line) => ({ text: `${what(line)} is held for ${who(line)}`, tone: "ok" }),
  released: (line, all, state) => ({
    text: `${what(line)} ${released(line, all, state)}`,
    tone: "warn",
  }),
  expired: (line) => ({
    text: `${what(line)}: ${line.user ? `${who(line)}’s hold ran out` : "a hold ran out"}`,
    tone: "warn",
  }),
  sold: (line) => ({ text: `Sold! ${what(line)} goes to ${who(line)}`, tone: "ok" }),
};
