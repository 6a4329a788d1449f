// @ts-check
/**
 * The room that a component is in, by context: the page opens it, every component below has it
 * without being handed it.
 *
 * @typedef {import("/web/lib/protocol.js").State} State
 * @typedef {import("/web/lib/protocol.js").Mine} Mine
 * @typedef {import("/web/lib/features.js").Features} Features
 */
import { ContextConsumer, ContextProvider, createContext } from "/web/vendor/lit-context.js";
import { LitElement } from "/web/vendor/lit.js";
import { layers } from "/web/lib/layers.js";
import { ShowClient } from "/web/lib/show-client.js";
import { version } from "/web/lib/version.js";

/**
 * A room as it is at one moment.
 *
 * @typedef {object} RoomView
 * @property {ShowClient} room  sends commands, tells what happens, knows the server's time
 * @property {State | null} state  of the show; null until it has come
 * @property {Mine | null} mine  what concerns who looks; null for guests
 * @property {ShowClient["status"]} status  of the connection
 * @property {number} viewers
 * @property {boolean} guest  nobody is signed in (false as long as that is not known)
 */

/** @type {import("/web/vendor/lit-context.js").Context<RoomView>} */
export const roomContext = createContext(Symbol("room"));

/** What is said while the connection is gone. */
export const LOST = "Connection lost. Coming back, nothing is missed…";

/** The show's id in `/shows/{id}/…`. */
export const showId = () => decodeURIComponent(location.pathname.split("/")[2] ?? "");

/** A page about one show: it opens the room and gives it to everything in it. */
export class RoomPage extends LitElement {
  /** @type {import("/web/vendor/lit.js").PropertyDeclarations} */
  static properties = {
    state: { state: true },
    mine: { state: true },
    status: { state: true },
    viewers: { state: true },
    guest: { state: true },
  };

  /** @param {Features} features */
  constructor(features) {
    super();
    this.room = new ShowClient(showId(), features);
    /** @type {State | null} */
    this.state = null;
    /** @type {Mine | null} */
    this.mine = null;
    this.status = this.room.status;
    this.viewers = 0;
    this.guest = false;
    this.provider = new ContextProvider(this, {
      context: roomContext,
      initialValue: this.view,
    });
    // The page is told before its components: what it hands down is as new as what they have.
    this.room.addEventListener("change", () => {
      const { state, mine, status, viewers } = this.room;
      // Whoever comes back may have missed an upgrade.
      if (status === "open" && this.status === "lost") version.later();
      Object.assign(this, { state, mine, status, viewers });
      layers.tell(status === "lost" ? LOST : "");
      this.provider.setValue(this.view);
      this.roomChanged();
    });
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.room.close();
  }

  /** The room as it is now. @returns {RoomView} */
  get view() {
    const { room, state, mine, status, viewers, guest } = this;
    return { room, state, mine, status, viewers, guest };
  }

  /** Say that nobody is signed in, or that somebody is. @param {boolean} guest */
  setGuest(guest) {
    this.guest = guest;
    this.provider.setValue(this.view);
  }

  /** The room is another than before. */
  roomChanged() {}
}

/** A component that lives in a room. */
export class RoomElement extends LitElement {
  /** What it listens to. @type {[string, (event: any) => void][]} */
  #followed = [];
  /** The room it listens to now. @type {ShowClient | null} */
  #heard = null;

  /** @type {import("/web/vendor/lit.js").PropertyDeclarations} */
  static properties = {
    room: { state: true },
    state: { state: true },
    mine: { state: true },
    guest: { state: true },
    status: { state: true },
    viewers: { state: true },
  };

  constructor() {
    super();
    /** @type {ShowClient | null} */
    this.room = null;
    /** @type {State | null} */
    this.state = null;
    /** @type {Mine | null} */
    this.mine = null;
    this.guest = false;
    /** @type {ShowClient["status"]} */
    this.status = "connecting";
    this.viewers = 0;
    new ContextConsumer(this, {
      context: roomContext,
      subscribe: true,
      callback: (view) => {
        Object.assign(this, view);
        if (this.#heard !== view.room) this.#hear(view.room);
      },
    });
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#hear(null);
  }

  /**
   * Follow an event of the room as long as the component is in the page; to be called by its
   * constructor.
   *
   * @param {string} type
   * @param {(event: any) => void} listener
   */
  follow(type, listener) {
    this.#followed.push([type, listener]);
  }

  /** @param {ShowClient | null} room */
  #hear(room) {
    for (const [type, listener] of this.#followed) {
      this.#heard?.removeEventListener(type, listener);
      room?.addEventListener(type, listener);
    }
    this.#heard = room;
  }

  /** The room as it is now; null outside of one. @returns {RoomView | null} */
  get view() {
    const { room, state, mine, status, viewers, guest } = this;
    return room && { room, state, mine, status, viewers, guest };
  }

  /**
   * The name under which a field's draft is kept: it belongs to whoever looks, as every draft, and
   * to this show. Null as long as they are not known.
   *
   * @param {string} field
   */
  draftName(field) {
    return this.room && this.mine ? `${this.mine.user.id}.${this.room.show}.${field}` : null;
  }

  /** The show, once it is known. */
  get show() {
    return this.state?.show ?? null;
  }

  /** Since when the clocks of the show stand still, or null. */
  get frozenAt() {
    return this.show?.status === "interrupted" ? this.show.interrupted_at : null;
  }
}
