// @ts-check
import { html, nothing } from "/web/vendor/lit.js";
import { toastError } from "/web/components/ls-toast.js";

/** The button at the end of a list that goes on. @param {import("/web/lib/paged.js").Paged} list */
export const more = (list) =>
  list.longer
    ? html`<button
        class="btn block"
        ?disabled=${list.coming !== null}
        @click=${() => list.more().catch(toastError)}
        data-testid="more"
      >
        ${list.coming ? "One moment…" : "Show more"}
      </button>`
    : nothing;
