// @ts-check
/** The end of a card's validity, as people type it: 5/30, 05/30, 05/2030, 0530. Pure. */

/** What the field takes: a month, a slash, a year of two or four digits. */
export const EXPIRY_PATTERN = "(0?[1-9]|1[0-2])/(20)?[0-9]{2}";

/**
 * The text of the field as it is best shown: "5/" and "5" are "05/", "1230" is "12/30".
 *
 * @param {string} text
 */
export function expiryTyped(text) {
  const [first = "", ...rest] = text.replace(/[^\d/.-]/g, "").split(/[/.-]+/);
  if (rest.length && first.length <= 2) {
    const month = /^[1-9]$/.test(first) ? `0${first}` : first;
    return `${month}/${rest.join("").slice(0, 4)}`;
  }
  const digits = first + rest.join("");
  if (digits.length < 2 && !/[2-9]/.test(digits)) return digits;
  // There are twelve months: what cannot be one of two digits is one of one.
  const short = Number(digits.slice(0, 2)) > 12 || digits.length < 2;
  const month = short ? `0${digits[0]}` : digits.slice(0, 2);
  return `${month}/${digits.slice(short ? 1 : 2).slice(0, 4)}`;
}

/** "12/30", as it is sent. @param {string} text  what `expiryTyped` made of it */
export function expirySent(text) {
  const [month, year = ""] = expiryTyped(text).split("/");
  return `${month}/${year.slice(-2)}`;
}
