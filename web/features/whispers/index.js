// @ts-check
/** What the team of a show says to itself; nobody else reads it. */
import { html } from "/web/vendor/lit.js";
import { reducers } from "/web/features/whispers/state.js";

/** @type {(view: import("/web/lib/room.js").RoomView) => boolean} */
const when = ({ mine }) => mine?.can.includes("moderate") ?? false;

const bell = {
  when,
  load: () => import("/web/features/whispers/ls-whisper-bell.js"),
  render: () => html`<ls-whisper-bell></ls-whisper-bell>`,
};

/** @type {import("/web/lib/features.js").Feature} */
export const whispers = {
  name: "whispers",
  reducers,
  slots: {
    "viewer-tools": {
      when,
      load: () => import("/web/features/whispers/ls-whisper-tool.js"),
      render: () => html`<ls-whisper-tool></ls-whisper-tool>`,
    },
    "viewer-overlay": bell,
    "studio-tab": {
      id: "team",
      text: "Team",
      load: () => import("/web/features/whispers/ls-whispers.js"),
      render: () => html`<ls-whispers></ls-whispers>`,
    },
    "studio-overlay": bell,
  },
};
