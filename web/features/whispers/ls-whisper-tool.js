// @ts-check
import { html } from "/web/vendor/lit.js";
import { ToolElement } from "/web/components/tool-element.js";
import "/web/features/whispers/ls-whispers.js";

/** For moderators on the show page: a button, and what the team says in a sheet. */
export class LsWhisperTool extends ToolElement {
  /** @returns {import("/web/components/tool-element.js").Tool} */
  get tool() {
    return { name: "Team only", heading: "Team only", icon: "people", testid: "whisper-tool" };
  }

  sheet() {
    return html`<ls-whispers></ls-whispers>`;
  }
}
customElements.define("ls-whisper-tool", LsWhisperTool);
