// @ts-check
/** Which lines of a chat are on the screen while it holds still, and what is said of the others. */

/** @typedef {import("/web/lib/protocol.js").ChatLine} ChatLine */

/** So many lines a show keeps: when none of those on the screen is among them, more were said. */
const LINES_KEPT = 100;

/**
 * What is on the screen stays in its place; what has become of it is seen.
 *
 * @param {ChatLine[]} shown
 * @param {ChatLine[]} lines  the newest of the show
 * @returns {{shown: ChatLine[], changed: number[]}}  ids of those that read differently now
 */
export function heldLines(shown, lines) {
  const newest = new Map(lines.map((line) => [line.id, line]));
  /** @type {number[]} */
  const changed = [];
  const held = shown.map((line) => {
    const now = newest.get(line.id) ?? line;
    if (now.deleted !== line.deleted || now.text !== line.text) changed.push(line.id);
    return now;
  });
  return { shown: held, changed };
}

/**
 * What waits, in words; "" when nothing does.
 *
 * @param {ChatLine[]} shown
 * @param {ChatLine[]} lines
 */
export function waitingText(shown, lines) {
  const last = shown.at(-1)?.id ?? 0;
  const waiting = lines.filter((line) => line.id > last && !line.deleted).length;
  if (!waiting) return "";
  const more = waiting >= LINES_KEPT ? "+" : "";
  return waiting === 1 ? "1 new line" : `${waiting}${more} new lines`;
}

/**
 * Whether a tap on a line does something: for the team on every message, for others on their own.
 *
 * @param {ChatLine} line
 * @param {string | undefined} me  the reader's handle
 * @param {boolean} staff
 */
export const mayAct = (line, me, staff) =>
  line.user !== null && (staff || (line.user.handle === me && !line.deleted));
