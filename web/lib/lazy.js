// @ts-check
/** Modules that are loaded when they are needed first. */
import { version } from "/web/lib/version.js";

/**
 * A function that loads a module once. A failure is tried again the next time, unless the server
 * has another version: then the page says so.
 *
 * @param {() => Promise<unknown>} load
 * @returns {() => void}
 */
export function lazy(load) {
  let asked = false;
  let missing = false;
  return () => {
    if (asked || (missing && version.outdated)) return;
    asked = true;
    load().catch((error) => {
      console.error(error);
      asked = false;
      missing = true;
      void version.missing();
    });
  };
}

/**
 * What is told of notices in words that are loaded when there is something to say.
 *
 * @template {string} K
 * @param {K[]} kinds
 * @param {() => Promise<{notices: any}>} load
 * @returns {NonNullable<import("/web/lib/features.js").Feature["notices"]>}
 */
export const told = (kinds, load) =>
  Object.fromEntries(
    kinds.map((kind) => [
      kind,
      (news) =>
        void load().then(
          ({ notices }) => notices[kind](news),
          () => version.missing(),
        ),
    ]),
  );
