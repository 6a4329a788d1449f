// @ts-check
/** Hearts: everybody may send them, and everybody sees them rise. Nothing is kept. */
import { html } from "/web/vendor/lit.js";
import { isOnAir } from "/web/lib/show-state.js";

/** @typedef {import("/web/lib/room.js").RoomView} RoomView */

/** @param {RoomView} view */
const onAir = ({ state }) => isOnAir(state?.show);
const load = () => import("/web/features/cheers/ls-cheer.js");

/** @type {import("/web/lib/features.js").Feature} */
export const cheers = {
  name: "cheers",
  messages: {
    cheers: ({ count }, room) =>
      room.dispatchEvent(new CustomEvent("cheers:came", { detail: count })),
  },
  slots: {
    "viewer-tools": { when: onAir, load, render: () => html`<ls-cheer></ls-cheer>` },
    studio: { when: onAir, load, render: () => html`<ls-cheer tally></ls-cheer>` },
  },
};
