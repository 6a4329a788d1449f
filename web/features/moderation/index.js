// @ts-check
/** Keeping the chat civil: mutes, bans, deletions, and the log of who did what. */
import { html } from "/web/vendor/lit.js";
import { inForce, reducers } from "/web/features/moderation/state.js";
import { acts, notices } from "/web/features/moderation/words.js";

/** @type {(view: import("/web/lib/room.js").RoomView) => boolean} */
const when = ({ mine }) => mine?.can.includes("moderate") ?? false;

const panel = {
  id: "moderate",
  text: "Moderate",
  load: () => import("/web/features/moderation/ls-mod-panel.js"),
  render: () => html`<ls-mod-panel></ls-mod-panel>`,
};
const sheet = {
  when,
  load: () => import("/web/features/moderation/ls-message-sheet.js"),
  render: () => html`<ls-message-sheet></ls-message-sheet>`,
};

/** @type {import("/web/lib/features.js").Feature} */
export const moderation = {
  name: "moderation",
  reducers,
  acts,
  notices,
  slots: {
    "viewer-tab": { ...panel, when, count: (state) => inForce(state).length },
    "viewer-overlay": sheet,
    "studio-tab": { ...panel, count: (state) => state.sanctions?.length },
    "studio-overlay": sheet,
  },
};
