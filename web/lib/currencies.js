// @ts-check
/** What shows and listings are offered in; the server takes any ISO 4217 code. */
export const CURRENCIES = ["EUR", "USD", "GBP", "CHF", "SEK", "DKK", "NOK", "PLN", "CAD", "AUD", "JPY"];
