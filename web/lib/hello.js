// @ts-check
import { newKey } from "/web/lib/api.js";
import { device } from "/web/lib/storage.js";

const PLACE = "liveshow.visitor";
/** Where nothing can be kept, this page is a visitor of its own. */
const ofThisPage = newKey();

/** A random id of this browser: a guest's tabs count as one viewer. */
function visitor() {
  const found = device.get(PLACE);
  if (found) return found;
  device.set(PLACE, ofThisPage);
  return ofThisPage;
}

/**
 * What a connection to a show says first.
 *
 * @param {string} show
 * @param {{epoch: number, seq: number} | null} known  the last event of the state that is here
 */
export function hello(show, known) {
  const since = known && { epoch: known.epoch, seq: known.seq };
  return { show, visitor: visitor(), ...(since && { since }) };
}
