// @ts-check
/**
 * The answer to "did I get it?", told in the room: whoever shows it (`ls-claim-result`) listens.
 *
 * @typedef {import("/web/lib/show-client.js").ShowClient} ShowClient
 * @typedef {{number: number, title: string}} Piece
 * @typedef {{kind: "won", item: Piece, until: number, promoted: boolean}
 *   | {kind: "waits", item: Piece, place: number}
 *   | {kind: "lost", text: string}} Result
 */

/** @param {ShowClient} room @param {Result} detail */
const tell = (room, detail) => room.dispatchEvent(new CustomEvent("claims:result", { detail }));

/**
 * @param {ShowClient} room
 * @param {Piece} item
 * @param {number} until
 * @param {boolean} [promoted]  from the waitlist
 */
export const tellWon = (room, item, until, promoted = false) =>
  tell(room, { kind: "won", item, until, promoted });

/** @param {ShowClient} room @param {string} text */
export const tellLost = (room, text) => tell(room, { kind: "lost", text });

/**
 * Tell what the server answered to a claim, by button or by comment.
 *
 * @param {ShowClient} room
 * @param {Piece} item
 * @param {{status?: string, until?: number, place?: number}} answer  of `claim`
 */
export function tellAnswer(room, item, { status, until = 0, place = 1 }) {
  room.dispatchEvent(new Event("claims:answered"));
  if (status === "held") tellWon(room, item, until);
  else if (status === "waitlisted") tell(room, { kind: "waits", item, place });
}
