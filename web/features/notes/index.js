// @ts-check
/** A note that is pinned for everybody, and what is promised with an item. */
import { html } from "/web/vendor/lit.js";
import { reducers } from "/web/features/notes/state.js";

const loadPromises = () => import("/web/features/notes/ls-promises.js");

/** @type {import("/web/lib/features.js").Feature} */
export const notes = {
  name: "notes",
  reducers,
  slots: {
    viewer: {
      load: () => import("/web/features/notes/ls-note.js"),
      render: () => html`<ls-note></ls-note>`,
      when: ({ state }) => Boolean(state?.notes.note),
    },
    "item-card": {
      load: loadPromises,
      render: ({ item }) => html`<ls-promises compact .item=${item}></ls-promises>`,
    },
    "item-detail": {
      load: loadPromises,
      render: ({ item }) => html`<ls-promises .item=${item}></ls-promises>`,
    },
    studio: {
      load: () => import("/web/features/notes/ls-note-form.js"),
      render: () => html`<ls-note-form></ls-note-form>`,
    },
    "run-item": {
      load: () => import("/web/features/notes/ls-promise-form.js"),
      render: ({ item }) => html`<ls-promise-form .item=${item}></ls-promise-form>`,
    },
  },
};
