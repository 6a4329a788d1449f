// @ts-check
/**
 * The words for a case, for each of the people it concerns. What can be done when is PROTOCOL.md
 * 2.9. Pure.
 *
 * @typedef {import("/web/lib/protocol.js").Case} Case
 * @typedef {import("/web/lib/protocol.js").CaseEntry} CaseEntry
 * @typedef {"buyer" | "owner" | "host" | null} CaseRole
 */
import { money } from "/web/lib/money.js";

/** Where a case stands, and what comes next. @param {Case} c */
export function stands(c) {
  const owner = `@${c.owner.handle}`;
  const buyer = `@${c.buyer.handle}`;
  const you = { buyer: c.role === "buyer", owner: c.role === "owner" };
  switch (c.status) {
    case "opened":
      return you.owner
        ? "Answer before the time is over, or all of the money goes back."
        : `${owner} has to answer. If they do not, all of the money goes back.`;
    case "offered":
      return you.buyer
        ? "Take the offer or refuse it. If you say nothing, it is taken."
        : `${buyer} can take the offer or refuse it. If they say nothing, it is taken.`;
    case "returning":
      return you.buyer
        ? "Send the pieces back, then say so here. If you do not, you keep them and no money goes back."
        : `${buyer} sends the pieces back.`;
    case "sent_back":
      return you.owner
        ? "Say when they have arrived. If you say nothing, the money goes back."
        : "The pieces are on their way back. The money follows when they have arrived.";
    case "escalated":
      return "Whoever runs this server looks at it and decides.";
    case "ruled":
      return you.buyer || you.owner
        ? "It was decided. If you think it is wrong, appeal once; somebody else decides then."
        : "It was decided. Both sides may appeal once.";
    case "appealed":
      return "Somebody else looks at it and decides for good.";
    case "refunding":
      return "The money is on its way back.";
    default:
      return closedText(c);
  }
}

/** How a case ended. @param {Case} c */
function closedText(c) {
  switch (c.outcome) {
    case "withdrawn":
      return `@${c.buyer.handle} has taken it back.`;
    case "kept":
      return "Closed. No money goes back.";
    case "returned":
      return "Closed. The pieces and the money went back.";
    case "partial":
      return "Closed. A part of the money went back.";
    default:
      return "Closed. The money went back.";
  }
}

/** @type {Record<string, string>} */
export const SHORT = {
  opened: "Waits for the seller",
  offered: "Offer made",
  returning: "To be sent back",
  sent_back: "On its way back",
  escalated: "With the operator",
  ruled: "Decided",
  appealed: "Appealed",
  refunding: "Money goes back",
  closed: "Closed",
};

/** What is the turn of a buyer, and of an owner. @type {Record<string, string[]>} */
const BUYERS = {
  offered: ["accept", "refuse"],
  returning: ["sent"],
  sent_back: ["arrived"],
  ruled: ["appeal"],
};
/** @type {Record<string, string[]>} */
const OWNERS = {
  opened: ["refund", "offer", "return", "contest"],
  sent_back: ["received", "contest"],
  ruled: ["appeal"],
};
const NOT_RULED = ["opened", "offered", "returning", "escalated"];

/**
 * What one of the two sides can do now, most likely first.
 *
 * @param {Case} c
 * @returns {string[]}
 */
export function actions({ role, status }) {
  if (status === "refunding" || status === "closed") return [];
  if (role === "buyer")
    return [
      ...(BUYERS[status] ?? []),
      ...(NOT_RULED.includes(status) ? ["withdraw"] : []),
      "comment",
    ];
  if (role !== "owner") return [];
  const own = OWNERS[status] ?? [];
  const pays = !own.includes("refund") && status !== "sent_back";
  return [...own, ...(pays ? ["refund"] : []), "comment"];
}

/**
 * The button of an action, what is asked with it, and what it means.
 *
 * @type {Record<string, {button: string, ask: string, amount?: boolean, words?: boolean,
 *   danger?: boolean}>}
 */
export const ACTIONS = {
  refund: {
    button: "Give the money back",
    ask: "All of it goes back to the buyer at once. They keep the pieces.",
    danger: true,
  },
  offer: {
    button: "Offer a part",
    ask: "The buyer keeps the pieces and gets a part of the money.",
    amount: true,
  },
  return: {
    button: "Ask to send it back",
    ask: "The money goes back when the pieces are with you.",
  },
  contest: {
    button: "It is as I described it",
    ask: "Whoever runs this server decides. Say what they should know.",
    words: true,
  },
  accept: {
    button: "Take the offer",
    ask: "You keep the pieces, and the part goes back to your card.",
  },
  refuse: {
    button: "Refuse the offer",
    ask: "Whoever runs this server decides then. Say why.",
    words: true,
  },
  sent: {
    button: "I have sent it back",
    ask: "Write the carrier and the tracking number, so that it can be found.",
    words: true,
  },
  arrived: { button: "It has arrived there", ask: "The seller has two days to say otherwise." },
  received: {
    button: "It is back with me",
    ask: "The money goes back to the buyer at once.",
    danger: true,
  },
  withdraw: { button: "Take it back", ask: "The case is closed and no money goes back." },
  appeal: {
    button: "Appeal",
    ask: "Somebody else looks at it and decides for good. Say what was missed.",
    words: true,
  },
  comment: {
    button: "Add a comment",
    ask: "Both sides and whoever decides can read it.",
    words: true,
  },
};

/** @type {Record<string, string>} */
const DID = {
  opened: "says it is not as described",
  refund: "gives the money back",
  offer: "offers a part",
  return: "asks for it back",
  contest: "says it is as described",
  accept: "takes the offer",
  refuse: "refuses the offer",
  sent: "has sent it back",
  arrived: "says it has arrived there",
  received: "has it back",
  withdraw: "takes it back",
  appeal: "appeals",
  comment: "says",
};

/** What an entry tells. @param {CaseEntry} entry @param {string} currency */
export function entryText({ kind, by, amount }, currency) {
  const sum = amount ? ` (${money(amount, currency)})` : "";
  if (kind === "ruling") return `It was decided${sum}`;
  if (kind === "silence") return "Nobody answered in time";
  if (kind === "closed") return amount ? `${money(amount, currency)} went back` : "Closed";
  return `${by ? `@${by.handle}` : "Somebody"} ${DID[kind] ?? kind}${sum}`;
}
