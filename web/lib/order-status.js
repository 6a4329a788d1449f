// @ts-check
/**
 * What an order is called by its status, wherever it is named.
 *
 * @type {Record<string, {text: string, tone: string}>}
 */
export const STATUS = {
  paid: { text: "Paid", tone: "accent" },
  packed: { text: "Packed", tone: "accent" },
  shipped: { text: "On its way", tone: "warn" },
  delivered: { text: "Delivered", tone: "ok" },
  not_as_described: { text: "Not as described", tone: "bad" },
  refunded: { text: "Refunded", tone: "" },
  cancelled: { text: "Cancelled", tone: "" },
};
