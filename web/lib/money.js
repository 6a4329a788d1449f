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

/** Digits of Arabic, Persian and full-width keyboards: their last four bits are their value. */
const DIGITS = /[٠-٩۰-۹０-９]/g;
/** Thousands kept apart, all by the same mark. */
const GROUPED = /^\d{1,3}([ .,'’٬])\d{3}(?:\1\d{3}){0,2}$/;

/**
 * Read what a person typed ("12", "12.5", "12,50", "1,234.50") as minor units.
 *
 * A mark that could part thousands as well as decimals is not guessed: with three decimals "1,000"
 * is no amount, and a point is always what `moneyInput` writes. How large an amount may be is the
 * server's to say.
 *
 * @param {string} text
 * @param {string} currency
 * @returns {number | null} `null` when it is not an amount
 */
export function parseMoney(text, currency) {
  const places = decimals(currency);
  const plain = text
    .trim()
    .replace(DIGITS, (digit) => String(digit.charCodeAt(0) & 15))
    .replace(/[٫．]/g, ".")
    .replace(/，/g, ",")
    .replace(/\s/g, " ");
  const [, before, mark = "", after = ""] = /^(.*?)(?:([.,])(\d+))?$/.exec(plain) ?? [];
  if (before === undefined) return null;
  const repeated = before.includes(mark);
  const decimal =
    mark !== "" && after.length <= places && !repeated && !(mark === "," && GROUPED.test(plain));
  if (mark && !decimal && !repeated && places) return null;
  const whole = decimal ? before : plain;
  if (!/^\d{1,12}$/.test(whole) && !GROUPED.test(whole)) return null;
  const part = decimal ? after.padEnd(places, "0") : "";
  return Number(whole.replace(/\D/g, "")) * 10 ** places + Number(part);
}

/** What to write where no amount was read. @param {string} currency */
export function amountAdvice(currency) {
  const [one, other] = decimals(currency)
    ? ["25", moneyInput(245 * 10 ** (decimals(currency) - 1), currency)]
    : ["250", "2500"];
  return `Write an amount such as ${one} or ${other}.`;
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
