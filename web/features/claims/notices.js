// @ts-check
/** What a buyer is told about their own claims, wherever they look in the show. */
import { counted } from "/web/lib/words.js";
import { toast } from "/web/components/ls-toast.js";
import { tellLost, tellWon } from "/web/features/claims/result.js";

/**
 * What of an item is held, in words.
 *
 * @param {import("/web/lib/protocol.js").Mine["claims"][number]} claim
 * @param {import("/web/lib/show-client.js").ShowClient} room
 */
function held({ item, variant, quantity }, room) {
  const variants = room.state?.items.find((i) => i.id === item)?.variants ?? [];
  const { label = "" } = variants.find((v) => v.id === variant) ?? {};
  return [counted(quantity, "piece"), label].filter(Boolean).join(", ");
}

/** @type {import("/web/lib/features.js").Feature["notices"]} */
export const notices = {
  promoted: ({ notice, mine, room }) => {
    const claim = mine.claims.find((c) => c.item === notice.item?.id);
    if (claim) tellWon(room, claim, claim, true, notice.price);
  },
  given: ({ notice, name, mine, room }) => {
    const claim = mine.claims.find((c) => c.item === notice.item?.id);
    if (!claim) return;
    toast(`The host holds ${name} for you. Pay in time, or give it back: nothing is charged.`, {
      tone: "ok",
      seconds: 12,
      action: "Pay now",
      run: () => location.assign(`/cart?show=${room.show}`),
    });
  },
  changed: ({ notice, name, mine, room }) => {
    const claim = mine.claims.find((c) => c.item === notice.item?.id);
    const now = claim ? ` It is ${held(claim, room)} now.` : "";
    toast(`The host changed what you hold of ${name}.${now} ${notice.text}`.trim(), {
      tone: "ok",
      seconds: 12,
    });
  },
  expired: ({ name, room }) => tellLost(room, `The time to pay for ${name} is over.`),
  cancelled: ({ notice, name, room }) => {
    const why = notice.text ? ` ${notice.text}` : "";
    tellLost(room, `${name} was taken back: your hold or place in line is over.${why}`);
  },
};
