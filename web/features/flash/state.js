// @ts-check
/** Flash prices that are on: `flash`. */
import { withItem, withLine } from "/web/lib/show-state.js";

/** @param {any} data */
const ref = ({ item, number, title }) => ({ item: { id: item, number, title } });

/** @type {Record<string, import("/web/lib/show-state.js").Reducer>} */
export const reducers = {
  "flash.started": (state, data, event) => {
    const { item, price, until, quantity, per_buyer, was } = data;
    const flash = { item, price, until, quantity, per_buyer, was, taken: null, went: null };
    return withLine({ ...state, flash: [...state.flash, flash] }, event, "flash", ref(data));
  },
  "flash.ended": (state, data, event) => {
    const flash = state.flash.filter((f) => f.item !== data.item);
    // It cost less until now: the price that it has again is no reduction.
    const next = { ...withItem(state, data.item, () => ({ was: null })), flash };
    return withLine(next, event, "flash_over", { ...ref(data), text: String(data.went) });
  },
  "show.resumed": (state, { stood }) =>
    state.flash.length
      ? { ...state, flash: state.flash.map((f) => ({ ...f, until: f.until + stood })) }
      : state,
};

/** @type {import("/web/lib/features.js").Feature["ephemeral"]} */
export const ephemeral = {
  flash_count: (state, { item, taken, went }) => ({
    ...state,
    flash: state.flash.map((f) => (f.item === item ? { ...f, taken, went } : f)),
  }),
};
