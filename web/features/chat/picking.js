// @ts-check
/**
 * A message or a person was tapped by staff: told in the room, for those who can do something
 * about it.
 *
 * @typedef {{line: import("/web/lib/protocol.js").Line | null,
 *   user: import("/web/lib/protocol.js").User | null}} Picked
 */

/** @param {import("/web/lib/show-client.js").ShowClient} room @param {Picked} detail */
export const pick = (room, detail) =>
  room.dispatchEvent(new CustomEvent("chat:picked", { detail }));
