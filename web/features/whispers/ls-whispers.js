// @ts-check
import { css, html, nothing, repeat } from "/web/vendor/lit.js";
import { draft, takeSent } from "/web/lib/drafts.js";
import { icon } from "/web/lib/icons.js";
import { limit } from "/web/lib/limit.js";
import { RoomElement } from "/web/lib/room.js";
import { clockOrDayText } from "/web/lib/when.js";
import { FormController, dataOf, text } from "/web/components/forms.js";
import { toastError } from "/web/components/ls-toast.js";
import { fields, shared } from "/web/components/styles.js";
import "/web/components/ls-empty.js";

/** What the team says to itself, newest last, and the field to say more. */
export class LsWhispers extends RoomElement {
  constructor() {
    super();
    this.form = new FormController(this);
  }

  /** @param {SubmitEvent} event */
  async #say(event) {
    const { room } = this;
    const form = /** @type {HTMLFormElement} */ (event.currentTarget);
    const said = text(dataOf(event), "text").trim();
    if (!room || !said) return event.preventDefault();
    if (await this.form.send(event, () => room.command("whisper", { text: said })))
      takeSent(/** @type {HTMLInputElement} */ (form.elements.namedItem("text")), said);
  }

  /** @param {number} whisper */
  async #takeBack(whisper) {
    try {
      await this.room?.command("unwhisper", { whisper });
    } catch (error) {
      toastError(error);
    }
  }

  /**
   * Everybody their own, the host anybody's.
   *
   * @param {import("/web/lib/protocol.js").Whisper} line
   */
  #canTakeBack(line) {
    const me = this.mine?.user.id;
    return !line.deleted && (me === line.user.id || me === this.state?.show.host.id);
  }

  render() {
    const { state, form } = this;
    const lines = state?.whispers ?? [];
    const problem = form.at("text") || form.rest(["text"]);
    return html`${
        lines.length
          ? html`<ol aria-label="Team only">
              ${repeat(
                lines,
                (line) => line.id,
                (line) =>
                  html`<li class="row" data-testid="whisper">
                    <div class="grow">
                      <span class="muted small num">${clockOrDayText(line.at)}</span>
                      <b>@${line.user.handle}</b> ${
                        line.deleted
                          ? html`<i>taken back</i>`
                          : html`<span dir="auto">${line.text}</span>`
                      }
                    </div>
                    ${
                      this.#canTakeBack(line)
                        ? html`<button
                            class="btn icon-only"
                            aria-label="Take back what @${line.user.handle} wrote"
                            data-testid="unwhisper"
                            @click=${() => this.#takeBack(line.id)}
                          >
                            ${icon("undo")}
                          </button>`
                        : nothing
                    }
                  </li>`,
              )}
            </ol>`
          : html`<ls-empty icon="people" heading="Nothing yet"
              >Only the team of this show reads what is written here.</ls-empty
            >`
      }
      ${
        this.mine?.roles.includes("host")
          ? html`<a class="quietlink" href="/shows/${this.show?.id}/settings#team" target="_blank"
              >${icon("people")} Choose the team</a
            >`
          : nothing
      }
      ${problem ? html`<p class="failed" role="alert">${problem}</p>` : nothing}
      <form class="row" @submit=${this.#say}>
        <input
          name="text"
          class="grow"
          ${limit(500)}
          dir="auto"
          autocomplete="off"
          aria-label="To the team"
          placeholder="Only the team sees it"
          ${draft(this.draftName("whisper"))}
          data-testid="whisper-input"
        />
        <button class="btn icon-only" aria-label="Send to the team" ?disabled=${form.busy}>
          ${icon("send")}
        </button>
      </form>`;
  }

  static styles = [
    shared,
    fields,
    css`
      :host {
        display: grid;
        align-content: start;
        gap: var(--s-3);
        padding: var(--s-2);
      }
      ol {
        display: grid;
        gap: var(--s-2);
      }
      li {
        padding: var(--s-2) var(--s-3);
        border-radius: var(--r-s);
        background: var(--staff-soft);
        color: var(--staff-ink);
        line-height: 1.38;
        overflow-wrap: anywhere;
      }
      li .muted {
        color: inherit;
      }
    `,
  ];
}
customElements.define("ls-whispers", LsWhispers);
