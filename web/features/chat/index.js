// @ts-check
/** What people say in a show. */
import { html } from "/web/vendor/lit.js";
import { reducers } from "/web/features/chat/state.js";

const load = () => import("/web/features/chat/ls-chat.js");
const render = () => html`<ls-chat></ls-chat>`;

/** @type {import("/web/lib/features.js").Feature} */
export const chat = {
  name: "chat",
  reducers,
  slots: {
    "viewer-overlay": {
      // The team has its own sheet, for every message.
      when: ({ mine }) => mine !== null && !mine.can.includes("moderate"),
      load: () => import("/web/features/chat/ls-own-line.js"),
      render: () => html`<ls-own-line></ls-own-line>`,
    },
    "viewer-tab": { id: "chat", text: "Chat", load, render },
    "studio-tab": { id: "chat", text: "Chat", load, render },
  },
};
