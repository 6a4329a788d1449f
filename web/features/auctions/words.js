// @ts-check
/** The words for what happens in auctions. */
import { money } from "/web/lib/money.js";
import { toast } from "/web/components/ls-toast.js";

/** @param {import("/web/lib/protocol.js").ChatLine} line */
const what = ({ item }) => (item ? `#${item.number} ${item.title}` : "an item");

/** @type {import("/web/lib/features.js").Feature["lines"]} */
export const lines = {
  auction: (line) => ({
    text: `Soon in auction: ${what(line)}. Bids count already.`,
    tone: "live",
  }),
  passed: (line) => ({ text: `Not sold: ${what(line)}`, tone: "plain" }),
  won: (line) => ({
    text: `${line.user ? `@${line.user.handle}` : "Somebody"} won ${what(line)}`,
    tone: "ok",
  }),
};

/** @type {import("/web/lib/features.js").Feature["notices"]} */
export const notices = {
  won: ({ name, notice, room }) => {
    const { show } = room.state ?? {};
    const sum = show && notice.price !== null ? ` for ${money(notice.price, show.currency)}` : "";
    toast(`You have won ${name}${sum}. Pay before its time is over.`, {
      tone: "ok",
      seconds: 15,
      action: "Pay now",
      run: () => location.assign(`/cart?show=${show?.id}`),
    });
  },
  outbid: ({ name }) => toast(`Somebody has bid more for ${name}.`, { tone: "warn" }),
  auction_over: ({ name, notice }) => toast(`${name}: ${notice.text}`, { tone: "warn" }),
};
