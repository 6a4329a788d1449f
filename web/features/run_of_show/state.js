// @ts-check
/** What the run of show does to the state: `items` and `pinned`. */
import { withItem } from "/web/lib/show-state.js";

/** @typedef {import("/web/lib/protocol.js").Item} Item */

/**
 * An item as an event has it; staff see beside it under which terms it is lent.
 *
 * @param {{item: Item, lending?: Item["lending"]}} data
 */
const wholeItem = ({ item, lending }) => (lending === undefined ? item : { ...item, lending });

/** @type {Record<string, import("/web/lib/show-state.js").Reducer>} */
export const reducers = {
  "item.added": (state, data) => ({
    ...state,
    items: state.items.toSpliced(data.at_index, 0, wholeItem(data)),
  }),
  "item.removed": (state, { item }) => ({
    ...state,
    items: state.items.filter((i) => i.id !== item),
    pinned: state.pinned === item ? null : state.pinned,
  }),
  "item.moved": (state, { order }) => {
    /** @type {Map<string, number>} */
    const places = new Map(
      order.map((/** @type {string} */ id, /** @type {number} */ n) => [id, n]),
    );
    const place = (/** @type {Item} */ item) => places.get(item.id) ?? Infinity;
    return { ...state, items: state.items.toSorted((a, b) => place(a) - place(b)) };
  },
  "item.changed": (state, data) => withItem(state, data.item.id, () => wholeItem(data)),
  "item.pinned": (state, { item }) => ({ ...state, pinned: item }),
  "item.unpinned": (state) => ({ ...state, pinned: null }),
  "item.repriced": (state, { item, price, lowest }) =>
    withItem(state, item, () => ({ price, was: lowest })),
  "item.stocked": (state, { item, variants, sold_out }) =>
    withItem(state, item, () => ({ variants, sold_out })),
  "user.renamed": (state, { user }) => ({
    ...state,
    items: state.items.map((item) => (item.owner.id === user.id ? { ...item, owner: user } : item)),
  }),
  "show.ended": (state) => ({ ...state, pinned: null }),
};
