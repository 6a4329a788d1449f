// @ts-check
/** The newest giveaway of a show. Its entries are counted beside the log while it is open. */
import { renamed, withItem, withLine } from "/web/lib/show-state.js";

/**
 * @typedef {import("/web/lib/protocol.js").State} State
 * @typedef {import("/web/lib/protocol.js").Giveaway} Giveaway
 * @typedef {import("/web/lib/protocol.js").Item} Item
 * @typedef {import("/web/lib/show-state.js").Reducer} Reducer
 */

/**
 * The giveaway with this id, changed; an older or a newer one stays as it is.
 *
 * @param {State} state
 * @param {string} id
 * @param {Partial<Giveaway>} changes
 * @returns {State}
 */
const withGiveaway = (state, id, changes) =>
  state.giveaway?.id === id ? { ...state, giveaway: { ...state.giveaway, ...changes } } : state;

/**
 * The stock of the piece, if there is one.
 *
 * @param {State} state
 * @param {any} data
 * @param {(item: Item) => Partial<Item>} [more]
 */
const stocked = (state, { item, variants, sold_out }, more = () => ({})) =>
  item ? withItem(state, item.id, (i) => ({ variants, sold_out, ...more(i) })) : state;

/** @param {any} data */
const line = ({ title, item, winner }) => ({
  text: title,
  item,
  user: winner ? { ...winner, role: "" } : null,
});

/** @type {Record<string, Reducer>} */
export const reducers = {
  "giveaway.opened": (state, data, event) => {
    const { giveaway: id, title, item, variant, who, sponsor, ends_at, rules, commitment } = data;
    const giveaway = {
      ...{ id, title, item: item?.id ?? null, variant, who, sponsor, ends_at, rules, commitment },
      ...{ status: /** @type {const} */ ("open"), opened_at: event.at, left: 0 },
      ...{ reason: null, entries: null, entries_hash: null, beacon: null, drawn_at: null },
      ...{ winner: null, entry: null, until: null },
    };
    return withLine(stocked({ ...state, giveaway }, data), event, "giveaway", line(data));
  },
  "giveaway.frozen": (state, { giveaway, entries, entries_hash, beacon, until }) =>
    withGiveaway(state, giveaway, { status: "frozen", entries, entries_hash, beacon, until }),
  "giveaway.drawn": (state, data, event) => {
    const { giveaway, winner, picks, until } = data;
    const drawn = { winner, entry: picks[0], left: picks.length - 1, until, drawn_at: event.at };
    const next = withGiveaway(state, giveaway, { status: "drawn", ...drawn });
    return withLine(next, event, "giveaway_won", line(data));
  },
  "giveaway.passed": (state, data, event) => {
    const { giveaway, winner, entry, left, until } = data;
    const next = withGiveaway(state, giveaway, { winner, entry, left, until });
    return withLine(next, event, "giveaway_next", line(data));
  },
  "giveaway.claimed": (state, data) =>
    stocked(withGiveaway(state, data.giveaway, { status: "claimed", until: null }), data, (i) => ({
      sold_here: i.sold_here + 1,
    })),
  "giveaway.over": (state, data, event) => {
    const nobody = { winner: null, entry: null, left: 0, until: null, reason: data.reason };
    const next = withGiveaway(state, data.giveaway, { status: "over", ...nobody });
    return withLine(stocked(next, data), event, "giveaway_over", line(data));
  },
  "show.resumed": (state, { stood }) =>
    state.giveaway?.status === "open"
      ? withGiveaway(state, state.giveaway.id, { ends_at: state.giveaway.ends_at + stood })
      : state,
  "user.renamed": (state, { user }) =>
    state.giveaway
      ? withGiveaway(state, state.giveaway.id, {
          sponsor: renamed(state.giveaway.sponsor, user),
          winner: state.giveaway.winner && renamed(state.giveaway.winner, user),
        })
      : state,
};

/** @type {NonNullable<import("/web/lib/features.js").Feature["ephemeral"]>} */
export const ephemeral = {
  giveaway_entries: (state, { giveaway, count }) =>
    // What was on its way when entries closed is older than what was told then.
    state.giveaway?.status === "open" ? withGiveaway(state, giveaway, { entries: count }) : state,
};
