// @ts-check
/** A seller's coupons, loaded when they are looked at. */
import { html } from "/web/vendor/lit.js";
import { lazy } from "/web/lib/lazy.js";

const load = lazy(() => import("/web/features/coupons/ls-coupons.js"));

export function coupons() {
  load();
  return html`<ls-coupons></ls-coupons>`;
}
