// @ts-check
/** What somebody has begun to make or to change of a listing, beside what its fields hold. */
import { keepDraft, takeDraft } from "/web/lib/drafts.js";
import { ownDraft } from "/web/lib/session.js";
import { counted } from "/web/lib/words.js";

/** @typedef {import("/web/lib/protocol.js").Listing} Listing */
/** @typedef {import("/web/lib/protocol.js").Photo} Photo */
/** @typedef {import("/web/features/catalog/ls-variants-editor.js").Row} Row */
/**
 * @typedef {{
 *   shipping: string, currency: string, rows: Row[], photos: Photo[],
 *   sending: number, missed: number
 * }} Chosen
 */

/** How the names of its drafts begin. @param {Listing | null} listing */
export const listingDrafts = (listing) => ownDraft(`listing.${listing?.id ?? "new"}.`);

/** What is chosen, without what sells meanwhile. @param {Chosen} chosen */
export const inWriting = ({ shipping, currency, rows, photos, sending, missed }) =>
  JSON.stringify({
    shipping,
    currency,
    rows: rows.map(({ id, size, color, quantity }) => ({ id, size, color, quantity })),
    photos,
    missed: sending + missed,
  });

/**
 * Keep what is chosen.
 *
 * @param {Listing | null} listing
 * @param {string} now
 * @param {string} begun  what it began with
 */
export function keepChosen(listing, now, begun) {
  const name = chosenOf(listing, begun);
  const standing = listing ? begun : "";
  if (name) keepDraft(name, now === begun ? standing : now, standing);
}

/**
 * What was chosen when the form was left, and a sentence for what of it could not be kept.
 *
 * @param {Listing | null} listing
 * @param {string} begun
 * @returns {{chosen: Chosen | null, lost: string}}
 */
export function takeChosen(listing, begun) {
  const { text, outdated } = takeDraft(chosenOf(listing, begun), listing ? begun : "");
  if (!text)
    return {
      chosen: null,
      lost: outdated
        ? "Photos, sizes or shipping were changed meanwhile. They are shown as they are now."
        : "",
    };
  /** @type {Chosen} */
  const chosen = JSON.parse(text);
  const { missed } = chosen;
  return {
    chosen: {
      ...chosen,
      missed: 0,
      rows: chosen.rows.map((row) => ({
        ...row,
        held: listing?.variants.find(({ id }) => id === row.id)?.held,
        sold: listing?.variants.find(({ id }) => id === row.id)?.sold,
      })),
    },
    lost: missed
      ? `${counted(missed, "photo")} had not arrived and could not be kept. Add them again.`
      : "",
  };
}

/**
 * Where it is kept: of a new listing by the currency that it began with, which is that of a show.
 *
 * @param {Listing | null} listing
 * @param {string} begun
 */
const chosenOf = (listing, begun) => {
  const drafts = listingDrafts(listing);
  return drafts && `${drafts}chosen${listing ? "" : `.${JSON.parse(begun).currency}`}`;
};
