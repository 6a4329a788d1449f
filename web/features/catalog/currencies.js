// @ts-check
import { likelyRegions } from "/web/lib/languages.js";

/** What shows and listings are offered in; the server takes any ISO 4217 code. */
export const CURRENCIES = [
  "EUR",
  "USD",
  "GBP",
  "CHF",
  "SEK",
  "DKK",
  "NOK",
  "PLN",
  "CAD",
  "AUD",
  "JPY",
];

/** By region of the visitor's language; the euro elsewhere. @type {Record<string, string>} */
const BY_REGION = {
  US: "USD",
  GB: "GBP",
  CH: "CHF",
  SE: "SEK",
  DK: "DKK",
  NO: "NOK",
  PL: "PLN",
  CA: "CAD",
  AU: "AUD",
  JP: "JPY",
};

/** What the visitor most likely sells in. */
export function likelyCurrency() {
  return BY_REGION[likelyRegions()[0]] ?? "EUR";
}
