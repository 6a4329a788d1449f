// @ts-check
/** The words for how a show runs. */

/**
 * Short names of roles, for a badge.
 *
 * @type {Record<string, string>}
 */
export const ROLES = { host: "Host", cohost: "Co-host", moderator: "Mod" };

/** A role in a sentence. @param {string} role */
export const roleText = (role) => (role === "cohost" ? "a co-host" : `a ${role}`);

/** @type {import("/web/lib/features.js").Feature["lines"]} */
export const lines = {
  started: () => ({ text: "The show is live. Welcome!", tone: "live" }),
  interrupted: () => ({ text: "The stream paused. Holds stand still.", tone: "warn" }),
  resumed: () => ({ text: "We are back. Holds run again.", tone: "live" }),
  ended: () => ({ text: "The show is over. Thank you for coming!", tone: "live" }),
};
