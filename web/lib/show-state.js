// @ts-check
/**
 * The state of a show (PROTOCOL.md 3.2), and what the reducers of its features are made of.
 *
 * Pure: nothing here talks, waits or changes what it was given. What an event does not touch is
 * the same object afterwards.
 *
 * @typedef {import("/web/lib/protocol.js").State} State
 * @typedef {import("/web/lib/protocol.js").Item} Item
 * @typedef {import("/web/lib/protocol.js").Mine} Mine
 * @typedef {import("/web/lib/protocol.js").Flash} Flash
 * @typedef {import("/web/lib/protocol.js").ChatLine} ChatLine
 * @typedef {import("/web/lib/protocol.js").User} User
 * @typedef {import("/web/lib/protocol.js").ShowEvent} ShowEvent
 */

/**
 * What an event of one type does to the state: `(state, data, event) => state`.
 *
 * @typedef {(state: State, data: any, event: ShowEvent) => State} Reducer
 */

export const LINES_KEPT = 100;

/** Whether this is the state as staff see it. @param {State} state */
export const seenByStaff = (state) => state.sanctions !== undefined;

/**
 * Whether a show is on: it can be watched, or will be again.
 *
 * @param {{status: string} | null | undefined} show
 */
export const isOnAir = (show) => show?.status === "live" || show?.status === "interrupted";

/**
 * Somebody as they are called now.
 *
 * @template {User} T
 * @param {T} known
 * @param {User} user
 * @returns {T}
 */
export const renamed = (known, user) => (known.id === user.id ? { ...known, ...user } : known);

/** @param {State} state @param {string | null} id */
export const itemOf = (state, id) => state.items.find((item) => item.id === id) ?? null;

/**
 * Pieces that can still be had.
 *
 * @param {{quantity: number, held: number, sold: number}[]} variants
 */
export const available = (variants) =>
  variants.reduce((n, v) => n + Math.max(0, v.quantity - v.held - v.sold), 0);

/** The flash price of an item that is on. @param {State | null} state @param {string} item */
export const flashOf = (state, item) => state?.flash.find((flash) => flash.item === item) ?? null;

/**
 * How many more pieces somebody can have at a flash price: of all there are, or of one's own.
 *
 * @param {Flash} flash
 * @param {Mine | null} mine
 */
export function flashLeft({ item, quantity, per_buyer, taken }, mine) {
  const own = mine?.flash.find((f) => f.item === item)?.pieces ?? 0;
  return Math.min((quantity ?? Infinity) - (taken ?? 0), (per_buyer ?? Infinity) - own);
}

/**
 * The price shown now, which is what a claim says that its buyer was shown.
 *
 * @param {Item} item
 * @param {State | null} state
 * @param {Mine | null} mine
 * @param {number} [quantity]  how many are wanted: all have one price
 * @returns {{amount: number, was: number | null, flash: Flash | null}} `was` is struck
 */
export function priceNow(item, state, mine, quantity = 1) {
  const flash = flashOf(state, item.id);
  return flash && flashLeft(flash, mine) >= quantity
    ? { amount: flash.price, was: flash.was, flash }
    : { amount: item.price, was: item.was, flash: null };
}

/** @param {State} state @param {Partial<State["show"]>} changes @returns {State} */
export const withShow = (state, changes) => ({ ...state, show: { ...state.show, ...changes } });

/** @param {State} state @param {Partial<State["chat"]>} changes @returns {State} */
export const withChat = (state, changes) => ({ ...state, chat: { ...state.chat, ...changes } });

/**
 * @param {State} state
 * @param {string} id
 * @param {(item: Item) => Partial<Item>} change
 * @returns {State}
 */
export const withItem = (state, id, change) => ({
  ...state,
  items: state.items.map((item) => (item.id === id ? { ...item, ...change(item) } : item)),
});

/**
 * Add a line to the chat. What a line says comes from its event alone: the item may have left
 * the show.
 *
 * @param {State} state
 * @param {ShowEvent} event
 * @param {string} kind
 * @param {Partial<Pick<ChatLine, "user" | "text" | "item" | "mentions">>} [of]
 * @returns {State}
 */
export function withLine(
  state,
  event,
  kind,
  { user = null, text = "", item = null, mentions = [] } = {},
) {
  /** @type {ChatLine} */
  const line = { id: event.seq, at: event.at, kind, user, text, item, deleted: false, mentions };
  return withChat(state, { lines: [...state.chat.lines, line].slice(-LINES_KEPT) });
}

/**
 * Add a line about an item and what somebody did with it.
 *
 * @param {State} state
 * @param {ShowEvent} event
 * @param {string} kind
 * @param {User} user
 */
export const withItemLine = (state, event, kind, user) => {
  const { item, number, title } = event.data;
  return withLine(state, event, kind, {
    user: { ...user, role: "" },
    item: { id: item, number, title },
  });
};
