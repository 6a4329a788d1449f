// @ts-check
import { html } from "/web/vendor/lit.js";
import { ToolElement } from "/web/components/tool-element.js";
import { BARS } from "/web/features/polls/words.js";
import "/web/features/polls/ls-poll-desk.js";

/** For moderators on the show page: a button, and the desk of polls in a sheet. */
export class LsPollTool extends ToolElement {
  /** @returns {import("/web/components/tool-element.js").Tool} */
  get tool() {
    return { name: "Polls", heading: "Poll", icon: BARS, testid: "poll-tool" };
  }

  sheet() {
    return html`<ls-poll-desk bare @asked=${() => (this.open = false)}></ls-poll-desk>`;
  }
}
customElements.define("ls-poll-tool", LsPollTool);
