// @ts-check
/**
 * What a guest wanted when they left for signing in. It is kept in this tab alone, so that no link
 * can claim for anybody.
 *
 * @typedef {{show: string, item: string, variant?: string, quantity: number, price: number}} Intent
 */

import { serverNow } from "/web/lib/time.js";
import { tab } from "/web/lib/storage.js";

const NAME = "liveshow.intent";
const KEPT_MS = 15 * 60_000;

/** @param {Intent} intent */
export const intend = (intent) => tab.set(NAME, { ...intent, at: serverNow() });

/** What was wanted in a show, once. @param {string} show @returns {Intent | null} */
export function takeIntent(show) {
  const { at, ...intent } = /** @type {any} */ (tab.object(NAME) ?? {});
  if (intent.show !== show) return null;
  tab.delete(NAME);
  return serverNow() - at < KEPT_MS ? intent : null;
}
