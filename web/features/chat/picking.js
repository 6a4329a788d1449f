// @ts-check
/**
 * A message or a person was tapped by staff: kept in the room, for those who can do something
 * about it. They may be loaded later than the tap.
 *
 * @typedef {import("/web/lib/show-client.js").ShowClient} ShowClient
 * @typedef {{line: import("/web/lib/protocol.js").ChatLine | null,
 *   user: import("/web/lib/protocol.js").User | null}} Picked
 */

/** @type {Picked} */
export const NOTHING = { line: null, user: null };

/** @type {WeakMap<ShowClient, Picked>} */
const picks = new WeakMap();

/** @param {ShowClient} room @param {Picked} picked */
export function pick(room, picked) {
  picks.set(room, picked);
  room.dispatchEvent(new Event("chat:picked"));
}

/** @param {ShowClient | null} room */
export const pickedIn = (room) => (room && picks.get(room)) ?? NOTHING;
