// @ts-check
import { css, html, nothing } from "/web/vendor/lit.js";
import { RoomElement } from "/web/lib/room.js";
import { isPassed, ordinal } from "/web/features/claims/offer.js";
import "/web/components/ls-countdown.js";

/**
 * A place in line, in words: which it is, or how long others in line come first.
 *
 * @property {import("/web/lib/protocol.js").MyWaiting} waiting
 * @property {string} of  what for, such as "#3"; "" where that is said beside it
 */
export class LsPlace extends RoomElement {
  static properties = { waiting: { attribute: false }, of: {} };

  constructor() {
    super();
    /** @type {import("/web/lib/protocol.js").MyWaiting | null} */
    this.waiting = null;
    this.of = "";
  }

  render() {
    const { waiting, frozenAt, of } = this;
    if (!waiting) return nothing;
    if (!isPassed(waiting, frozenAt))
      return html`${ordinal(waiting.place)} in line${of ? ` for ${of}` : ""}`;
    return html`${of ? `${of}: others` : "Others"} first for
      <ls-countdown
        bare
        .until=${waiting.passed_until}
        .frozenAt=${frozenAt}
        @over=${() => this.requestUpdate()}
      ></ls-countdown>`;
  }

  static styles = css`
    ls-countdown {
      font-weight: inherit;
    }
  `;
}
customElements.define("ls-place", LsPlace);
