// @ts-check
/**
 * Amounts of money: integers in minor units beside an ISO 4217 code.
 *
 * How many decimals the minor unit has is the table's to say: Intl knows how people write amounts.
 */
import { DECIMALS } from "/web/lib/currencies.js";

/** @type {Map<string, Intl.NumberFormat>} */
const formats = new Map();

/** @param {string} currency */
function format(currency) {
  let found = formats.get(currency);
  if (!found) {
    const places = decimals(currency);
    found = new Intl.NumberFormat(undefined, {
      style: "currency",
      currency,
      minimumFractionDigits: places,
      maximumFractionDigits: places,
    });
    formats.set(currency, found);
  }
  return found;
}

/** How many decimals the currency has: 2 for EUR, 0 for JPY. @param {string} currency */
export function decimals(currency) {
  return DECIMALS[currency] ?? 2;
}

/**
 * Word an amount: `money(4900, "EUR")` → "€49.00".
 *
 * @param {number} minor
 * @param {string} currency
 */
export function money(minor, currency) {
  return format(currency).format(minor / 10 ** decimals(currency));
}

/** Word a shipping cost, free being said as such. @param {number} minor @param {string} currency */
export function shippingMoney(minor, currency) {
  return minor === 0 ? "free" : money(minor, currency);
}

/**
 * Read what a person typed ("12", "12.5", "12,50") as minor units.
 *
 * @param {string} text
 * @param {string} currency
 * @returns {number | null} `null` when it is not an amount
 */
export function parseMoney(text, currency) {
  const places = decimals(currency);
  const match = /^\s*(\d{1,7})(?:[.,](\d+))?\s*$/.exec(text);
  if (!match || (match[2]?.length ?? 0) > places) return null;
  return Number(match[1]) * 10 ** places + Number((match[2] ?? "").padEnd(places, "0") || 0);
}

/**
 * Put an amount into a text field: `4900` → "49.00".
 *
 * @param {number} minor
 * @param {string} currency
 */
export function moneyInput(minor, currency) {
  const places = decimals(currency);
  return (minor / 10 ** places).toFixed(places);
}
