// @ts-check
/** What a host has to know about their picture, and nobody else can tell them. */
import { html, nothing } from "/web/vendor/lit.js";
import { icon } from "/web/lib/icons.js";
import "/web/features/running/ls-ends-by-itself.js";

/** A camera that is on and sends nothing says so. */
export const unseen = () =>
  html`<p class="unseen" role="status" data-testid="not-on-air">
    ${icon("eye")}<span>Only you see this. Viewers see it once you are on air.</span>
  </p>`;

/**
 * Viewers see the last picture, or hear nothing.
 *
 * @param {string} what  `camera` or `microphone`
 * @param {() => void} again
 */
export const stopped = (what, again) =>
  html`<div class="problem" role="alert" data-testid="capture-stopped">
    ${icon("alert")}
    <span class="grow"
      >The ${what} has stopped: it was unplugged, or a call or another program has it.</span
    >
    <button class="btn compact" data-testid="capture-again" @click=${again}>
      Turn it on again
    </button>
  </div>`;

/** What went wrong with the broadcast, if anything did. @param {string} problem */
export const broken = (problem) =>
  problem
    ? html`<p class="problem" role="alert" data-testid="broadcast-problem">
        ${icon("alert")}<span>${problem}</span>
      </p>`
    : nothing;

/**
 * A show without a picture does not go on for ever.
 *
 * @param {import("/web/lib/protocol.js").Show} show
 * @param {import("/web/features/broadcast/sending.js").SendingController} sending
 */
export const endsByItself = (show, sending) =>
  show.ends_at === null
    ? nothing
    : html`<ls-ends-by-itself
        ?camera=${sending.on}
        ?sending=${sending.publishing}
      ></ls-ends-by-itself>`;

const PAUSED = "Viewers see a break, holds stand still.";

/** Over the host's own picture. */
export const pausedNote = () => html`<p class="paused">${icon("pause")} Paused. ${PAUSED}</p>`;

/** In place of a picture. @param {boolean} paused */
export const ready = (paused) =>
  paused
    ? html`<p class="display">Paused</p>
        <p class="small">${PAUSED}</p>`
    : html`<p class="display">Ready when you are</p>`;
