// @ts-check
/** Modules that are loaded when they are needed first. */
import { version } from "/web/lib/version.js";

/**
 * A function that loads a module once. A failure is tried again the next time; when the server has
 * another version, the page says so.
 *
 * @param {() => Promise<unknown>} load
 * @returns {() => void}
 */
export function lazy(load) {
  let asked = false;
  return () => {
    if (asked) return;
    asked = true;
    load().catch((error) => {
      console.error(error);
      asked = false;
      void version.missing();
    });
  };
}
