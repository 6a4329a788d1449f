// @ts-check
/** What the host is asked before a show begins with nothing to sell, and before it ends. */
import { html } from "/web/vendor/lit.js";
import "/web/components/ls-dialog.js";

/** @param {{open: boolean, close: () => void, goLive: () => void, fill: () => void}} of */
export const emptyRail = ({ open, close, goLive, fill }) =>
  html`<ls-dialog heading="Nothing is on the rail yet" .open=${open} @close=${close}>
    <p>Viewers could watch and chat, but there is nothing they can claim.</p>
    <div slot="footer">
      <button class="btn grow" data-testid="go-live-empty" @click=${goLive}>Go live anyway</button
      ><button class="btn primary grow" data-testid="fill-first" @click=${fill}>Add items</button>
    </div>
  </ls-dialog>`;

/** @param {{open: boolean, title: string, close: () => void, end: () => void}} of */
export const ending = ({ open, title, close, end }) =>
  html`<ls-dialog heading="End the show?" .open=${open} @close=${close}>
    <p>
      “${title}” ends for everybody and cannot be started again. Holds stay valid until their time
      is over, and can still be paid.
    </p>
    <div slot="footer">
      <button class="btn grow" @click=${close}>Keep going</button
      ><button class="btn danger filled grow" data-testid="end-confirm" @click=${end}>
        End the show
      </button>
    </div>
  </ls-dialog>`;
