// @ts-check
/** What somebody is told of offers, wherever they look in the show. */
import { money } from "/web/lib/money.js";
import { toast } from "/web/components/ls-toast.js";

/** @param {import("/web/lib/features.js").News} news */
const sum = ({ notice, room }) => {
  const { show } = room.state ?? {};
  return show && notice.price !== null ? money(notice.price, show.currency) : "less";
};

/** @type {NonNullable<import("/web/lib/features.js").Feature["notices"]>} */
export const notices = {
  offer_made: (news) =>
    toast(`${news.notice.text} offers ${sum(news)} for ${news.name}.`, { seconds: 12 }),
  offer_countered: (news) =>
    toast(`The seller asks ${sum(news)} for ${news.name}. Answer in time.`, {
      tone: "warn",
      seconds: 12,
      action: "Answer",
      run: () => news.room.dispatchEvent(new Event("offers:open")),
    }),
  offer_accepted: (news) =>
    toast(`${news.name} is yours for ${sum(news)}. Pay before its time is over.`, {
      tone: "ok",
      seconds: 15,
      action: "Pay now",
      run: () => location.assign(`/cart?show=${news.room.show}`),
    }),
  offer_taken: (news) =>
    toast(`${news.notice.text} has ${news.name} for ${sum(news)}. It is held for them.`, {
      tone: "ok",
      seconds: 12,
    }),
  offer_over: ({ name, notice }) =>
    toast(`The offer for ${name} is over. ${notice.text}`, { tone: "warn", seconds: 10 }),
};
