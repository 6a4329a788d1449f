// @ts-check
/** What those who bid are told, wherever they look in the show. */
import { money } from "/web/lib/money.js";
import { toast } from "/web/components/ls-toast.js";
import { shownAuction } from "/web/features/auctions/standing.js";

/** " for $12.00" @param {import("/web/lib/features.js").News} news */
function atPrice({ notice, room }) {
  const { show } = room.state ?? {};
  return show && notice.price !== null ? ` for ${money(notice.price, show.currency)}` : "";
}

/** @param {import("/web/lib/features.js").News} news */
const pay = ({ room }) => ({
  seconds: 15,
  action: "Pay now",
  run: () => location.assign(`/cart?show=${room.state?.show.id}`),
});

/** @type {NonNullable<import("/web/lib/features.js").Feature["notices"]>} */
export const notices = {
  won: (news) =>
    toast(`You have won ${news.name}${atPrice(news)}. Pay before its time is over.`, {
      tone: "ok",
      ...pay(news),
    }),
  outbid: ({ name, notice, room }) => {
    // Whoever has the auction before them sees and feels it there.
    const shown = room.state && shownAuction(room.state);
    if (!shown || shown.item !== notice.item?.id)
      toast(`Somebody has bid more for ${name}.`, { tone: "warn" });
  },
  auction_over: ({ name, notice }) => toast(`${name}: ${notice.text}`, { tone: "warn" }),
  second_chance: (news) =>
    toast(`${news.name} was not paid. You can have it${atPrice(news)}: answer within a minute.`, {
      tone: "ok",
      seconds: 15,
    }),
  retry: (news) => toast(news.notice.text, { tone: "warn", ...pay(news) }),
};
