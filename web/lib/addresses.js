// @ts-check
/** How addresses are written, by country: the server knows, and is asked for one at a time. */
import { get } from "/web/lib/api.js";
import { countryName } from "/web/lib/countries.js";

/**
 * @typedef {"city" | "region" | "postcode"} PartName
 * @typedef {{name: PartName, label: string, required: boolean, example: string}} Part
 */

/** What is asked for as long as the country's own is not known; the server has the last word. */
const ANYWHERE = /** @type {Part[]} */ ([
  { name: "postcode", label: "Postcode", required: false, example: "" },
  { name: "city", label: "City", required: false, example: "" },
  { name: "region", label: "Region or state", required: false, example: "" },
]);

/** Those that were asked for. @type {Map<string, {parts: Part[], written: string}>} */
const known = new Map();

/** The parts of addresses of a country, in order. @param {string} country @returns {Part[]} */
export const partsOf = (country) => known.get(country)?.parts ?? ANYWHERE;

/**
 * An address in lines, as it stands on a parcel, once its country is known (`learnParts`).
 *
 * @param {import("/web/lib/protocol.js").Address} address
 * @returns {string[]}
 */
export function addressLines({ name, line1, line2, city, region, postcode, country }) {
  const written = known.get(country)?.written ?? "%Z %C%n%S";
  /** @type {Record<string, string>} */
  const left = { "%C": city, "%S": region, "%Z": postcode };
  const lines = written.split("%n").map((line) => {
    let out = "";
    // What stands between two parts is written when both are there.
    for (const [, between, part] of line.matchAll(/([^%]*)(%[CSZ])/g)) {
      if (left[part]) out += (out && between) + left[part];
      left[part] = "";
    }
    return out;
  });
  // What a country has no place for was written all the same.
  const rest = Object.values(left);
  return [name, line1, line2, ...lines, ...rest, countryName(country)].filter(Boolean);
}

/**
 * Learn about a country; without a connection it stays unknown until it is chosen again.
 *
 * @param {string} country
 */
export async function learnParts(country) {
  if (!country || known.has(country)) return;
  const shape = await get("/api/address-shape", { country }).catch(() => null);
  if (shape) known.set(country, shape);
}
