// @ts-check
/**
 * The answer to "did I get it?", told in the room: whoever shows it (`ls-claim-result`) listens.
 *
 * @typedef {import("/web/lib/show-client.js").ShowClient} ShowClient
 * @typedef {{number: number, title: string}} Piece
 * @typedef {{kind: "won", item: Piece, claim: string, until: number, promoted: boolean,
 *     price: number | null}
 *   | {kind: "waits", item: Piece, place: number, entry: string}
 *   | {kind: "lost", text: string}} Result
 */

/** @param {ShowClient} room @param {Result} detail */
const tell = (room, detail) => room.dispatchEvent(new CustomEvent("claims:result", { detail }));

/**
 * @param {ShowClient} room
 * @param {Piece} item
 * @param {{claim?: string, until?: number}} hold
 * @param {boolean} [promoted]  from the waitlist
 * @param {number | null} [price]  of one piece, to be said
 */
export const tellWon = (room, item, { claim = "", until = 0 }, promoted = false, price = null) =>
  tell(room, { kind: "won", item, claim, until, promoted, price });

/** @param {ShowClient} room @param {string} text */
export const tellLost = (room, text) => tell(room, { kind: "lost", text });

/**
 * Tell what the server answered to a claim, by button or by comment.
 *
 * @param {ShowClient} room
 * @param {Piece} item
 * @param {{status?: string, claim?: string, until?: number, entry?: string, place?: number}} answer
 *   of `claim`
 */
export function tellAnswer(room, item, answer) {
  const { status, entry = "", place = 1 } = answer;
  room.dispatchEvent(new Event("claims:answered"));
  if (status === "held") tellWon(room, item, answer);
  else if (status === "waitlisted") tell(room, { kind: "waits", item, place, entry });
}
