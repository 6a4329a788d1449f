// @ts-check
/**
 * The state of a show and how events change it (PROTOCOL.md 3.2 and 3.3). Pure: nothing here talks, waits or
 * changes what it was given; what an event does not touch is the same object afterwards.
 *
 * @typedef {import("/web/lib/protocol.js").State} State
 * @typedef {import("/web/lib/protocol.js").Item} Item
 * @typedef {import("/web/lib/protocol.js").Line} Line
 * @typedef {import("/web/lib/protocol.js").User} User
 * @typedef {import("/web/lib/protocol.js").ShowEvent} ShowEvent
 */

export const LINES_KEPT = 100;

/**
 * The next state.
 *
 * @param {State} state
 * @param {ShowEvent} event
 * @returns {State}
 */
export function apply(state, event) {
  const effect = EFFECTS[event.type];
  return effect ? effect(state, event.data, event) : state;
}

/**
 * All events in order.
 *
 * @param {State} state
 * @param {ShowEvent[]} events
 */
export const applyAll = (state, events) => events.reduce(apply, state);

/** Whether this is the state as staff see it. @param {State} state */
export const seenByStaff = (state) => state.sanctions !== undefined;

/** @param {State} state @param {string | null} id */
export const itemOf = (state, id) => state.items.find((item) => item.id === id) ?? null;

/** Pieces that can still be had. @param {{quantity: number, held: number, sold: number}[]} variants */
export const available = (variants) => variants.reduce((n, v) => n + Math.max(0, v.quantity - v.held - v.sold), 0);

/** The role of somebody in the show: host, cohost, moderator or "". @param {State} state @param {string} user */
export function roleOf(state, user) {
  if (state.show.host.id === user) return "host";
  return state.staff.find((s) => s.user.id === user)?.role ?? "";
}

/** @param {State} state @param {Partial<State["show"]>} changes @returns {State} */
const withShow = (state, changes) => ({ ...state, show: { ...state.show, ...changes } });

/** @param {State} state @param {Partial<State["chat"]>} changes @returns {State} */
const withChat = (state, changes) => ({ ...state, chat: { ...state.chat, ...changes } });

/** @param {State} state @param {string} id @param {(item: Item) => Partial<Item>} change @returns {State} */
const withItem = (state, id, change) => ({
  ...state,
  items: state.items.map((item) => (item.id === id ? { ...item, ...change(item) } : item)),
});

/**
 * Add a line to the chat. What a line says comes from its event alone: the item may have left the show.
 *
 * @param {State} state
 * @param {ShowEvent} event
 * @param {string} kind
 * @param {{user?: import("/web/lib/protocol.js").Speaker | null, text?: string, item?: Line["item"]}} [of]
 * @returns {State}
 */
function withLine(state, event, kind, { user = null, text = "", item = null } = {}) {
  /** @type {Line} */
  const line = { id: event.seq, at: event.at, kind, user, text, item, deleted: false };
  return withChat(state, { lines: [...state.chat.lines, line].slice(-LINES_KEPT) });
}

/** Add a line about an item. @param {State} state @param {ShowEvent} event @param {string} kind @param {User} user */
const withItemLine = (state, event, kind, user) =>
  withLine(state, event, kind, { user: { ...user, role: "" }, item: { id: event.data.item, number: event.data.number, title: event.data.title } });

/** @param {State} state @param {number} id @param {Partial<Line>} changes */
const withLineChanged = (state, id, changes) =>
  withChat(state, { lines: state.chat.lines.map((line) => (line.id === id ? { ...line, ...changes } : line)) });

/**
 * Change the waitlist of an item, which staff alone have.
 *
 * @param {State} state
 * @param {string} item
 * @param {(list: import("/web/lib/protocol.js").Waiting[]) => import("/web/lib/protocol.js").Waiting[]} change
 * @returns {State}
 */
function withWaitlist(state, item, change) {
  if (!state.waitlist) return state;
  const { [item]: list = [], ...others } = state.waitlist;
  const next = change(list);
  return { ...state, waitlist: next.length ? { ...others, [item]: next } : others };
}

/** Nobody waits for anything any more. @param {State} state @returns {State} */
function withoutLines(state) {
  const items = state.items.map((item) => (item.waiting ? { ...item, waiting: 0 } : item));
  return state.waitlist ? { ...state, items, waitlist: {} } : { ...state, items };
}

/** @param {State} state @param {string} user @param {"mute" | "ban"} kind @param {import("/web/lib/protocol.js").Sanction} [next] @returns {State} */
function withSanction(state, user, kind, next) {
  if (!state.sanctions) return state;
  const others = state.sanctions.filter((s) => !(s.user.id === user && s.kind === kind));
  return { ...state, sanctions: next ? [...others, next] : others };
}

/** @param {"mute" | "ban"} kind @returns {Effect} */
const sanction = (kind) => (state, { user, until = null, reason = "", by }, { seq }) =>
  withSanction(state, user.id, kind, { user, kind, until, reason, by, seq });

/** @param {Item} item @param {string} claim */
const withoutHold = (item, claim) => item.holds.filter((hold) => hold.claim !== claim);

/** @param {State} state @param {{item: string, claim: string, until: number}[]} holds @returns {State} */
function withUntils(state, holds) {
  const untils = new Map(holds.map((h) => [h.claim, h.until]));
  const changed = (/** @type {Item} */ item) => item.holds.some((hold) => untils.has(hold.claim));
  const items = state.items.map((item) =>
    changed(item) ? { ...item, holds: item.holds.map((hold) => ({ ...hold, until: untils.get(hold.claim) ?? hold.until })) } : item,
  );
  return { ...state, items };
}

/** An item as an event has it; staff see beside it under which terms it is lent. @param {{item: Item, lending?: Item["lending"]}} data */
const wholeItem = ({ item, lending }) => (lending === undefined ? item : { ...item, lending });

/** @typedef {(state: State, data: any, event: ShowEvent) => State} Effect */

/** @type {Record<string, Effect>} */
const EFFECTS = {
  "show.configured": (state, { changes }) => withShow(state, changes),
  "show.scheduled": (state, { scheduled_at }) => withShow(state, { scheduled_at, status: "scheduled" }),
  "show.started": (state, { at }, event) =>
    withLine(withShow(state, { status: "live", started_at: state.show.started_at ?? at, ended_at: null }), event, "started"),
  "show.interrupted": (state, { reason, at }, event) =>
    withLine(withShow(state, { status: "interrupted", reason, interrupted_at: at }), event, "interrupted"),
  "show.resumed": (state, { holds = [] }, event) =>
    withLine(withShow(withUntils(state, holds), { status: "live", reason: null, interrupted_at: null }), event, "resumed"),
  "show.ended": (state, { at, holds = [] }, event) => {
    const show = { status: /** @type {const} */ ("ended"), ended_at: at, reason: null, interrupted_at: null, streaming: false };
    return withLine(withShow({ ...withoutLines(withUntils(state, holds)), pinned: null }, show), event, "ended");
  },
  "show.staffed": (state, { user, role }) => ({
    ...state,
    staff: state.staff.some((s) => s.user.id === user.id)
      ? state.staff.map((s) => (s.user.id === user.id ? { user, role } : s))
      : [...state.staff, { user, role }],
  }),
  "show.unstaffed": (state, { user }) => ({ ...state, staff: state.staff.filter((s) => s.user.id !== user.id) }),
  "stream.started": (state) => withShow(state, { streaming: true }),
  "stream.stopped": (state) => withShow(state, { streaming: false }),

  "item.added": (state, data) => ({ ...state, items: state.items.toSpliced(data.at_index, 0, wholeItem(data)) }),
  "item.removed": (state, { item }) => ({
    ...withWaitlist(state, item, () => []),
    items: state.items.filter((i) => i.id !== item),
    pinned: state.pinned === item ? null : state.pinned,
  }),
  "item.moved": (state, { order }) => {
    const places = new Map(order.map((/** @type {string} */ id, /** @type {number} */ n) => [id, n]));
    return { ...state, items: state.items.toSorted((a, b) => (places.get(a.id) ?? Infinity) - (places.get(b.id) ?? Infinity)) };
  },
  "item.changed": (state, data) => withItem(state, data.item.id, () => wholeItem(data)),
  "item.pinned": (state, { item }) => ({ ...state, pinned: item }),
  "item.unpinned": (state) => ({ ...state, pinned: null }),
  "item.repriced": (state, { item, price }) => withItem(state, item, () => ({ price })),
  "item.stocked": (state, { item, variants, sold_out }) => withItem(state, item, () => ({ variants, sold_out })),
  "item.claimed": (state, { item, hold, variants, waiting, sold_out, via, entry }, event) => {
    const next = withItem(state, item, (i) => ({ holds: [...withoutHold(i, hold.claim), hold], variants, waiting, sold_out }));
    const served = entry === undefined ? next : withWaitlist(next, item, (list) => list.filter((w) => w.entry !== entry));
    return withItemLine(served, event, via === "waitlist" ? "promoted" : "claimed", hold.user);
  },
  "item.waitlisted": (state, { item, waiting, entry, user, variant, quantity }, { at }) => {
    const next = withItem(state, item, () => ({ waiting }));
    return entry === undefined ? next : withWaitlist(next, item, (list) => [...list, { entry, user, variant, quantity, at }]);
  },
  "item.unwaitlisted": (state, { item, waiting, entry }) =>
    withWaitlist(withItem(state, item, () => ({ waiting })), item, (list) => list.filter((w) => w.entry !== entry)),
  "item.released": (state, { item, claim, user, reason, variants, sold_out }, event) =>
    withItemLine(withItem(state, item, (i) => ({ holds: withoutHold(i, claim), variants, sold_out })), event, reason === "expired" ? "expired" : "released", user),
  "item.paying": (state, { item, claim, paying, until }) =>
    withItem(state, item, (i) => ({ holds: i.holds.map((hold) => (hold.claim === claim ? { ...hold, paying, until } : hold)) })),
  "item.sold": (state, { item, claim, user, quantity, variants, sold_out }, event) =>
    withItemLine(withItem(state, item, (i) => ({ holds: withoutHold(i, claim), variants, sold_out, sold_here: i.sold_here + quantity })), event, "sold", user),

  "chat.said": (state, { user, text }, event) => withLine(state, event, "message", { user, text }),
  "chat.announced": (state, { user, text }, event) => withLine(state, event, "announced", { user, text }),
  "chat.deleted": (state, { message }) => withLineChanged(state, message, seenByStaff(state) ? { deleted: true } : { deleted: true, text: "" }),
  "chat.restored": (state, { message, text }) => withLineChanged(state, message, { deleted: false, text }),
  "chat.slowed": (state, { seconds }) => withChat(state, { slow_seconds: seconds }),
  "chat.restricted": (state, { mode }) => withChat(state, { mode }),
  "chat.words_set": (state, { words }) => (words === undefined ? state : withChat(state, { words })),

  "user.muted": sanction("mute"),
  "user.unmuted": (state, { user }) => withSanction(state, user.id, "mute"),
  "user.banned": sanction("ban"),
  "user.unbanned": (state, { user }) => withSanction(state, user.id, "ban"),
};
