// @ts-check
/** The team asks, everybody votes once, and the bars move. */
import { html } from "/web/vendor/lit.js";
import { ephemeral, reducers } from "/web/features/polls/state.js";
import { acts, lines } from "/web/features/polls/words.js";

/** @typedef {import("/web/lib/room.js").RoomView} RoomView */

/** @type {import("/web/lib/features.js").Feature} */
export const polls = {
  name: "polls",
  reducers,
  ephemeral,
  lines,
  acts,
  slots: {
    viewer: {
      when: ({ state }) => Boolean(state?.poll),
      load: () => import("/web/features/polls/ls-poll.js"),
      render: () => html`<ls-poll></ls-poll>`,
    },
    "viewer-tools": {
      when: ({ mine }) => mine?.can.includes("moderate") ?? false,
      load: () => import("/web/features/polls/ls-poll-tool.js"),
      render: () => html`<ls-poll-tool></ls-poll-tool>`,
    },
    studio: {
      load: () => import("/web/features/polls/ls-poll-desk.js"),
      render: () => html`<ls-poll-desk></ls-poll-desk>`,
    },
  },
};
