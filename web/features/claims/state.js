// @ts-check
/** What claims do to the state: `holds`, `waiting` and stock of `items`, and `waitlist`. */
import { renamed, withItem, withItemLine } from "/web/lib/show-state.js";

/**
 * @typedef {import("/web/lib/protocol.js").State} State
 * @typedef {import("/web/lib/protocol.js").Item} Item
 * @typedef {import("/web/lib/protocol.js").Waiting} Waiting
 */

/** @param {Item} item @param {string} claim */
const withoutHold = (item, claim) => item.holds.filter((hold) => hold.claim !== claim);

/**
 * Change the waitlist of an item, which staff alone have.
 *
 * @param {State} state
 * @param {string} item
 * @param {(list: Waiting[]) => Waiting[]} change
 * @returns {State}
 */
function withWaitlist(state, item, change) {
  if (!state.waitlist) return state;
  const { [item]: list = [], ...others } = state.waitlist;
  const next = change(list);
  return { ...state, waitlist: next.length ? { ...others, [item]: next } : others };
}

/** @param {State} state @param {string} item @param {string} entry */
const withoutEntry = (state, item, entry) =>
  withWaitlist(state, item, (list) => list.filter((w) => w.entry !== entry));

/**
 * Somebody in line was served; they may go on waiting for the pieces that are `left`.
 *
 * @param {State} state
 * @param {string} item
 * @param {string} entry
 * @param {number} left
 */
const afterServing = (state, item, entry, left) =>
  left
    ? withWaitlist(state, item, (list) =>
        list.map((w) => (w.entry === entry ? { ...w, quantity: left } : w)),
      )
    : withoutEntry(state, item, entry);

/**
 * Give holds another end.
 *
 * @type {import("/web/lib/show-state.js").Reducer}
 */
const prolong = (state, { holds = [] }) => {
  /** @type {Map<string, number>} */
  const untils = new Map(
    holds.map((/** @type {{claim: string, until: number}} */ h) => [h.claim, h.until]),
  );
  const items = state.items.map((item) =>
    item.holds.some((hold) => untils.has(hold.claim))
      ? {
          ...item,
          holds: item.holds.map((hold) => ({
            ...hold,
            until: untils.get(hold.claim) ?? hold.until,
          })),
        }
      : item,
  );
  return { ...state, items };
};

/** Nobody waits for anything any more. @param {State} state @returns {State} */
function withoutLines(state) {
  const items = state.items.map((item) => (item.waiting ? { ...item, waiting: 0 } : item));
  return state.waitlist ? { ...state, items, waitlist: {} } : { ...state, items };
}

/** The line of a claim by the way it was made. @type {Record<string, string>} */
const LINE_KINDS = { waitlist: "promoted", staff: "given", auction: "won" };

/** @type {Record<string, import("/web/lib/show-state.js").Reducer>} */
export const reducers = {
  "item.claimed": (state, data, event) => {
    const { item, hold, variants, waiting, sold_out, via, entry, left } = data;
    const next = withItem(state, item, (i) => ({
      holds: [...withoutHold(i, hold.claim), hold],
      variants,
      waiting,
      sold_out,
    }));
    const served = entry ? afterServing(next, item, entry, left) : next;
    return withItemLine(served, event, LINE_KINDS[via] ?? "claimed", hold.user);
  },
  "item.waitlisted": (state, { item, waiting, entry, user, variant, quantity }, { at }) => {
    const next = withItem(state, item, () => ({ waiting }));
    if (entry === undefined) return next;
    return withWaitlist(next, item, (list) => [...list, { entry, user, variant, quantity, at }]);
  },
  "item.unwaitlisted": (state, { item, waiting, entry }) =>
    withoutEntry(
      withItem(state, item, () => ({ waiting })),
      item,
      entry,
    ),
  "item.line_over": (state, { item, waiting, variant }) =>
    withWaitlist(
      withItem(state, item, () => ({ waiting })),
      item,
      (list) => list.filter((w) => w.variant !== variant),
    ),
  "item.released": (state, { item, claim, user, reason, variants, sold_out }, event) => {
    const next = withItem(state, item, (i) => ({
      holds: withoutHold(i, claim),
      variants,
      sold_out,
    }));
    return withItemLine(next, event, reason === "expired" ? "expired" : "released", user);
  },
  "item.exchanged": (state, { item, claim, variant, quantity, variants, sold_out }) =>
    withItem(state, item, (i) => ({
      holds: i.holds.map((hold) => (hold.claim === claim ? { ...hold, variant, quantity } : hold)),
      variants,
      sold_out,
    })),
  "item.paying": (state, { item, claim, paying, until }) =>
    withItem(state, item, (i) => ({
      holds: i.holds.map((hold) => (hold.claim === claim ? { ...hold, paying, until } : hold)),
    })),
  "item.sold": (state, { item, claim, user, quantity, variants, sold_out }, event) => {
    const next = withItem(state, item, (i) => ({
      holds: withoutHold(i, claim),
      variants,
      sold_out,
      sold_here: i.sold_here + quantity,
    }));
    return withItemLine(next, event, "sold", user);
  },
  "item.returned": (state, { item, quantity, variants, sold_out }) =>
    withItem(state, item, (i) => ({ variants, sold_out, sold_here: i.sold_here - quantity })),
  "item.removed": (state, { item }) => withWaitlist(state, item, () => []),
  "user.renamed": (state, { user }) => ({
    ...state,
    items: state.items.map((item) =>
      item.holds.some((hold) => hold.user.id === user.id)
        ? { ...item, holds: item.holds.map((h) => ({ ...h, user: renamed(h.user, user) })) }
        : item,
    ),
    ...(state.waitlist && {
      waitlist: Object.fromEntries(
        Object.entries(state.waitlist).map(([item, list]) => [
          item,
          list.map((w) => ({ ...w, user: renamed(w.user, user) })),
        ]),
      ),
    }),
  }),
  "show.resumed": prolong,
  "show.ended": (state, data, event) => withoutLines(prolong(state, data, event)),
};
