// @ts-check
/**
 * What a show can do is made of features. Each gives what it needs of this, and nothing else in
 * the browser side knows it (`web/features/index.js` lists them).
 *
 * @typedef {import("/web/lib/protocol.js").State} State
 * @typedef {(line: ChatLine, all: ChatLine[], state: State | null) => LineText} Wording
 * @typedef {import("/web/lib/protocol.js").Mine} Mine
 * @typedef {import("/web/lib/protocol.js").ChatLine} ChatLine
 * @typedef {import("/web/lib/protocol.js").Notice} Notice
 * @typedef {import("/web/lib/protocol.js").AuditEntry} AuditEntry
 * @typedef {import("/web/lib/protocol.js").ShowEvent} ShowEvent
 * @typedef {import("/web/lib/show-client.js").ShowClient} ShowClient
 * @typedef {import("/web/lib/room.js").RoomView} RoomView
 */
import { lazy } from "/web/lib/lazy.js";
import { wordRefusals } from "/web/lib/words.js";

/**
 * A line of the chat that nobody wrote.
 *
 * @typedef {{text: string, tone: "ok" | "warn" | "plain" | "live"}} LineText
 */

/**
 * How an act of the staff reads in the log ("muted @ada until 19:30"), and whether it can be
 * taken back.
 *
 * @typedef {{text: (entry: AuditEntry) => string, undo?: boolean}} Act
 */

/**
 * A notice for the person who looks, with the item it is about ("#12 Coat", or "an item").
 *
 * @typedef {{notice: Notice, name: string, item: {number: number, title: string} | null,
 *   mine: Mine, room: ShowClient}} News
 */

/**
 * Where a feature may put something of its own.
 *
 * - `viewer`: the show page, between what one holds and the item that is shown now
 * - `viewer-tools`: the show page, the buttons beside the title
 * - `viewer-tab`: the show page, a tab of the right column (wide screens)
 * - `viewer-overlay`: the show page, sheets over everything
 * - `item-card`: the card of the item that is shown now, over its whole width; `about` is `{item}`
 * - `item-detail`: the page of an item; `about` is `{item, variant, quantity, shipping}`: what is
 *   chosen, and what it adds to the parcel
 * - `studio`: the studio, below the broadcast
 * - `studio-tab`: the studio, a tab
 * - `studio-overlay`: the studio, sheets over everything
 * - `run-item`: the sheet of an item in the studio and in the settings; `about` is `{item}`
 * - `person`: the sheet about somebody in the chat, for the team; `about` is `{user, done}`, `done`
 *   closes it
 * - `settings`: the settings of a show, after the parts that every show has
 *
 * @typedef {"viewer" | "viewer-tools" | "viewer-tab" | "viewer-overlay" | "item-card"
 *   | "item-detail" | "studio" | "studio-tab" | "studio-overlay" | "run-item"
 *   | "person" | "settings"} Place
 */

/**
 * One thing in one place.
 *
 * @typedef {object} Slot
 * @property {(about: any) => unknown} render  a template; its components have the room by context
 * @property {() => Promise<unknown>} [load]  imports its components when the place is first shown;
 *   what happens in the room before that, they do not hear
 * @property {(view: RoomView) => boolean} [when]  whether it is there; without it, always
 */

/**
 * A slot that is a tab.
 *
 * @typedef {Slot & {id: string, text: string, count?: (state: State, mine: Mine | null) =>
 *   number | undefined}} Tab
 */

/**
 * @typedef {object} Slots
 * @property {Slot} [viewer]
 * @property {Slot} [viewer-tools]
 * @property {Tab} [viewer-tab]
 * @property {Slot} [viewer-overlay]
 * @property {Slot} [item-card]
 * @property {Slot} [item-detail]
 * @property {Slot} [studio]
 * @property {Tab} [studio-tab]
 * @property {Slot} [studio-overlay]
 * @property {Slot} [run-item]
 * @property {Slot} [person]
 * @property {Slot} [settings]
 */

/**
 * @typedef {object} Feature
 * @property {string} name  as its folder, and as its section of the state if it has one
 * @property {Record<string, import("/web/lib/show-state.js").Reducer>} [reducers]
 *   by event type; several features may follow the same event
 * @property {Record<string, (state: State, data: any) => State>} [ephemeral]
 *   by the name of an ephemeral message: what it does to the state until the next snapshot
 * @property {Record<string, (data: any, room: ShowClient) => void>} [messages]
 *   by the name of an ephemeral message that leaves the state as it is
 * @property {Record<string, Wording>} [lines]
 *   by the kind of a chat line; `all` are those that are there, oldest first
 * @property {Record<string, (news: News) => void>} [notices]  by the kind of a notice
 * @property {Record<string, Act>} [acts]  by event type
 * @property {Record<string, string>} [refusals]
 *   by code; only where the server's own sentence does not suit this place
 * @property {Slots} [slots]
 */

/** The features of a show, asked as one. */
export class Features {
  /** @type {Map<string, import("/web/lib/show-state.js").Reducer[]>} */
  #reducers = new Map();
  /** @type {Map<string, Wording>} */
  #lines = new Map();
  /** @type {Map<string, (news: News) => void>} */
  #notices = new Map();
  /** @type {Map<string, Act>} */
  #acts = new Map();
  /** What loads the components of a slot. @type {WeakMap<Slot, () => void>} */
  #loads = new WeakMap();

  /**
   * @param {Feature[]} features
   * @throws {Error} two of them claim the same name, message, kind of line or notice
   */
  constructor(features) {
    this.all = features;
    /** @type {Map<string, (data: any, room: ShowClient) => void>} */
    this.messages = new Map();
    /** @type {Map<string, (state: State, data: any) => State>} */
    this.ephemeral = new Map();
    const names = new Set();
    for (const feature of features) {
      if (names.has(feature.name)) throw new Error(`two features are called ${feature.name}`);
      names.add(feature.name);
      this.#take(feature);
    }
  }

  /** @param {Feature} feature */
  #take(feature) {
    const { reducers = {}, lines = {}, notices = {}, acts = {}, refusals = {} } = feature;
    for (const [type, reducer] of Object.entries(reducers)) {
      this.#reducers.set(type, [...(this.#reducers.get(type) ?? []), reducer]);
    }
    add(this.messages, feature.messages ?? {});
    add(this.ephemeral, feature.ephemeral ?? {});
    add(this.#lines, lines);
    add(this.#notices, notices);
    add(this.#acts, acts);
    wordRefusals(refusals);
  }

  /**
   * The state after an event. An event that no feature knows leaves it as it is, and sections
   * of the state that no feature knows stay in it.
   *
   * @param {State} state
   * @param {ShowEvent} event
   * @returns {State}
   */
  apply(state, event) {
    const reducers = this.#reducers.get(event.type) ?? [];
    return reducers.reduce((next, reduce) => reduce(next, event.data, event), state);
  }

  /**
   * Word a chat line that nobody wrote.
   *
   * @param {ChatLine} line
   * @param {ChatLine[]} [all]  the lines that it stands among
   * @param {import("/web/lib/protocol.js").State | null} [state]
   * @returns {LineText}
   */
  lineText(line, all = [], state = null) {
    return this.#lines.get(line.kind)?.(line, all, state) ?? { text: line.text, tone: "plain" };
  }

  /** Have a notice shown; a kind that nobody knows is left out. @param {News} news */
  notify(news) {
    this.#notices.get(news.notice.kind)?.(news);
  }

  /** Whether the log of the staff has events of a type. @param {string} type */
  isAct(type) {
    return this.#acts.has(type);
  }

  /** How an act of the staff is worded. @param {string} type of its event @returns {Act} */
  act(type) {
    return this.#acts.get(type) ?? { text: () => type };
  }

  /**
   * Have the components of a slot loaded, once.
   *
   * @param {Slot} slot
   */
  load(slot) {
    if (!slot.load) return;
    const load = this.#loads.get(slot) ?? lazy(slot.load);
    this.#loads.set(slot, load);
    load();
  }

  /**
   * What stands in a place now, in the order of the features.
   *
   * @template {Place} P
   * @param {P} place
   * @param {RoomView} view
   * @returns {NonNullable<Slots[P]>[]}
   */
  slots(place, view) {
    return this.all
      .map((feature) => feature.slots?.[place])
      .filter((slot) => slot !== undefined)
      .filter((slot) => slot.when?.(view) ?? true);
  }
}

/**
 * @template T
 * @param {Map<string, T>} to
 * @param {Record<string, T>} from
 */
function add(to, from) {
  for (const [name, value] of Object.entries(from)) {
    if (to.has(name)) throw new Error(`two features know ${name}`);
    to.set(name, value);
  }
}
