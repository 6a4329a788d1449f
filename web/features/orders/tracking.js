// @ts-check
/** Tracking numbers that somebody has pasted, or that come from the file of a carrier. */

/** @typedef {import("/web/lib/protocol.js").Order} Order */
/** @typedef {{order: string, tracking: string, carrier: string}} Sent */

/** A cell of a table, with or without quotes; what separates is a tab, a comma or a semicolon. */
const CELL = /(?:"((?:[^"]|"")*)"|([^\t,;]*))(?:[\t,;]|$)/g;

/** @param {string} line @returns {string[]} */
function cells(line) {
  const found = [...line.matchAll(CELL)].map(([, quoted, plain]) =>
    (quoted === undefined ? plain : quoted.replaceAll('""', '"')).trim(),
  );
  // The empty match at the end of the line is no cell.
  return found.at(-1) === "" ? found.slice(0, -1) : found;
}

/** Whether a cell names an order: its id, or the handle of its buyer. @param {Order} order */
const namedBy =
  (/** @type {Order} */ { id, buyer }) =>
  (/** @type {string} */ cell) =>
    cell === id || cell.toLowerCase() === `@${buyer.handle}`;

/**
 * Read a table of orders with their tracking numbers. A line names its order by its id or by the
 * `@handle` of its buyer; behind that stand tracking number and carrier. Lines that name none are
 * for the orders in their turn, if no line names any.
 *
 * @param {string} text
 * @param {Order[]} orders
 * @returns {{sent: Sent[], unknown: string[]}} `unknown`: lines that are for no order
 */
export function readTracking(text, orders) {
  const lines = text
    .replace(/^\ufeff/, "")
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter(Boolean);
  const rows = lines.map((line) => ({ line, row: cells(line) }));
  const named = rows.some(({ row }) => row.some((cell) => orders.some((o) => namedBy(o)(cell))));
  /** @type {Sent[]} */
  const sent = [];
  /** @type {string[]} */
  const unknown = [];
  const left = [...orders];
  rows.forEach(({ line, row }, n) => {
    const at = named ? row.findIndex((cell) => left.some((o) => namedBy(o)(cell))) : -1;
    const order = named ? left.find((o) => at >= 0 && namedBy(o)(row[at])) : left.shift();
    // The head of a table is no line of it.
    if (!order && n === 0 && named) return;
    const [tracking = "", carrier = ""] = row.slice(at + 1);
    if (!order || !tracking) {
      unknown.push(line);
      return;
    }
    if (named) left.splice(left.indexOf(order), 1);
    sent.push({ order: order.id, tracking: tracking.slice(0, 100), carrier: carrier.slice(0, 60) });
  });
  return { sent, unknown };
}
