// @ts-check
/** The words for an order's course, for each of the people it concerns. */
import { money } from "/web/lib/money.js";
import { STATUS } from "/web/lib/order-status.js";
import { dateTimeText, serverNow } from "/web/lib/time.js";

/** @typedef {import("/web/lib/protocol.js").Order} Order */
/** @typedef {"buyer" | "owner" | "host"} Role */

/** The way of an order when all goes well. */
export const STEPS = ["paid", "packed", "shipped", "delivered"];

/** Whether it was won: nothing was paid for it. @param {Order} order */
export const isPrize = (order) => order.items === 0;

/** How it stands, in a word. @param {Order} order */
export function standing(order) {
  if (order.status === "paid" && isPrize(order)) return { text: "Won", tone: "accent" };
  return STATUS[order.status] ?? { text: order.status, tone: "" };
}

/** @param {Order} order @param {string} user  id of who looks @returns {Role} */
export function roleIn(order, user) {
  if (order.owner.id === user) return "owner";
  return order.buyer.id === user ? "buyer" : "host";
}

/**
 * What went back of an order that was taken back, and what did not: the shipping of a cancelled one
 * stays paid as long as other pieces come in its parcel.
 *
 * @param {Order} order
 * @param {Role} role
 */
function moneyBackText(order, role) {
  if (isPrize(order)) return "It was a prize: no money goes back.";
  const { total, refunded, refunds, currency } = order;
  const whom = role === "buyer" ? "to your card" : "to the buyer";
  const went = refunds.every(({ sent }) => sent) ? "went back" : "is on its way back";
  const kept = total - refunded;
  if (!kept) return `All of the money ${went} ${whom}.`;
  const back = refunded ? `${money(refunded, currency)} ${went} ${whom}. ` : "";
  const whose = role === "buyer" ? "your" : "their";
  const why = `${whose} other pieces come in the same parcel`;
  return `${back}${money(kept, currency)} for shipping stays paid: ${why}.`;
}

/** Two days before a buyer may take something back, its owner is told to send it. */
const HURRY_MS = 2 * 24 * 3_600_000;

/** Whether something should have been sent, or has to be soon. @param {Order} order */
const hurry = ({ ship_by }) => serverNow() > ship_by - HURRY_MS;

/**
 * Whether a buyer may take back what was not sent in time.
 *
 * @param {Order} order
 */
export const isLate = ({ status, ship_by }) =>
  (status === "paid" || status === "packed") && serverNow() >= ship_by;

/** @param {Order} order @param {Role} role */
function lateText(order, role) {
  const late = isLate(order);
  if (role === "buyer")
    return late
      ? "It was not sent in 7 days. You can cancel it, and get your money back."
      : `It was not sent yet. From ${dateTimeText(order.ship_by)} you can cancel it.`;
  if (role === "host") return `@${order.owner.handle} has not sent it yet.`;
  return late
    ? `@${order.buyer.handle} can cancel it now: send it today, or tell them why it takes so long.`
    : `Send it by ${dateTimeText(order.ship_by)}. Then @${order.buyer.handle} can cancel it.`;
}

/** What comes next, in a sentence or two. @param {Order} order @param {Role} role */
export function nextText(order, role) {
  const owner = role === "owner";
  const seller = `@${order.owner.handle}`;
  switch (order.status) {
    case "paid":
      if (hurry(order)) return lateText(order, role);
      if (owner) return "Pack it, then mark it as packed.";
      return role === "buyer" ? `${seller} packs your parcel.` : `${seller} packs the parcel.`;
    case "packed":
      if (hurry(order)) return lateText(order, role);
      return owner
        ? "Bring it to the post and note the tracking number."
        : `${seller} brings it to the post.`;
    case "shipped":
      return role === "buyer" ? "Tell us when it has arrived." : "It is with the carrier.";
    case "delivered":
      return role === "buyer" ? "Enjoy it." : "All done.";
    case "not_as_described":
      return owner
        ? "The buyer says it is not what was shown. Answer in the case below."
        : `${seller} has been told. What comes of it stands in the case below.`;
    case "refunded":
    case "cancelled":
      if (owner && order.restocked === null)
        return `${moneyBackText(order, role)} Can the pieces be sold again?`;
      return moneyBackText(order, role);
    default:
      return "";
  }
}

/** @type {Record<string, string>} */
const ACCOUNTS = {
  provider: "The buyer paid, kept by the payment provider",
  owner: "To the owner",
  host: "To the host, as commission",
  host_shipping: "The host paid of the shipping",
  operator: "To the operator of this server, as fee",
  owner_discount: "The owner took off the price",
  host_discount: "The host paid of the price",
  operator_discount: "The operator of this server paid of the price",
};

/**
 * Who pays for a price that was reduced in the show, for those who sell: its owner, whose mandate
 * says down to which price.
 *
 * @param {Order} order
 * @returns {string[]}
 */
export function reducedText({ lines, owner, host, currency }) {
  const allowed = owner.id === host.id ? "" : ", as the mandate allows";
  return lines
    .filter(({ price, was }) => was !== null && was > price)
    .map(({ number, price, was, quantity }) => {
      const off = money(((was ?? 0) - price) * quantity, currency);
      const from = money(was ?? 0, currency);
      return `No. ${number}: ${off} off the ${from} before. @${owner.handle} bears it${allowed}.`;
    });
}

/**
 * A ledger for people: who paid what, who gets what. In the books what the house owes is negative;
 * said to people it is what they get. What the buyer paid, or got back, stands above what came of
 * it.
 *
 * @param {{account: string, amount: number}[]} ledger
 * @returns {{text: string, amount: number, paid: boolean}[]}
 */
export function ledgerText(ledger) {
  /** The lines of one sale or refund sum to zero. @type {typeof ledger[]} */
  const groups = [[]];
  let sum = 0;
  for (const line of ledger) {
    groups.at(-1)?.push(line);
    sum += line.amount;
    if (!sum) groups.push([]);
  }
  const first = (/** @type {{account: string}} */ { account }) => (account === "provider" ? 0 : 1);
  const ordered = groups.flatMap((group) => group.sort((a, b) => first(a) - first(b)));
  return ordered.map(({ account, amount }) => {
    const text = ACCOUNTS[account] ?? account;
    if (account === "provider")
      return {
        text: amount < 0 ? "Paid back to the buyer" : text,
        amount: Math.abs(amount),
        paid: true,
      };
    // Minus: what they had is taken back.
    return { text: amount > 0 ? `${text}, taken back` : text, amount: -amount, paid: false };
  });
}
