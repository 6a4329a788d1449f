// @ts-check
/** How addresses are written, by country: the server knows, and is asked for one at a time. */
import { get } from "/web/lib/api.js";

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

/** Those that were asked for. @type {Map<string, Part[]>} */
const known = new Map();

/** The parts of addresses of a country, in order. @param {string} country @returns {Part[]} */
export const partsOf = (country) => known.get(country) ?? ANYWHERE;

/**
 * Learn about a country; without a connection it stays unknown until it is chosen again.
 *
 * @param {string} country
 */
export async function learnParts(country) {
  if (!country || known.has(country)) return;
  const { parts } = await get("/api/address-shape", { country }).catch(() => ({ parts: null }));
  if (parts) known.set(country, parts);
}
