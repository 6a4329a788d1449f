// @ts-check
import { css, html, nothing } from "/web/vendor/lit.js";
import { post } from "/web/lib/api.js";
import { icon } from "/web/lib/icons.js";
import { limit } from "/web/lib/limit.js";
import { RoomElement } from "/web/lib/room.js";
import { explain } from "/web/lib/words.js";
import { toast, toastError } from "/web/components/ls-toast.js";
import { fields, shared } from "/web/components/styles.js";
import { act } from "/web/features/moderation/moderate.js";

/** How long typing rests before the server is asked, in ms. */
const REST = 300;

/** @param {string[]} words */
const quoted = (words) => words.map((word) => `“${word}”`).join(", ");

/**
 * The words that may not be said: block one, allow one again, and try what a message would meet.
 */
export class LsModWords extends RoomElement {
  static properties = { _word: { state: true }, _text: { state: true }, _tried: { state: true } };

  constructor() {
    super();
    this._word = "";
    this._text = "";
    this._tried = "";
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.rest = undefined;
    /** Which question is the newest: an answer to an older one is not shown. */
    this.asked = 0;
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearTimeout(this.rest);
  }

  /** @param {import("/web/vendor/lit.js").PropertyValues} changed */
  updated(changed) {
    super.updated(changed);
    const rules = this.state?.chat.words;
    if (changed.has("_word") || changed.has("_text") || rules !== this.rules) {
      this.rules = rules;
      clearTimeout(this.rest);
      this.rest = setTimeout(() => void this.#try(), REST);
    }
    // On a phone the keyboard and the edge of the sheet lie where the answer comes.
    if (changed.has("_tried") && this._tried)
      this.renderRoot.querySelector("#tried")?.scrollIntoView({ block: "nearest" });
  }

  async #try() {
    const [text, word, asked] = [this._text.trim(), this._word.trim(), ++this.asked];
    if (!text || !this.room) {
      this._tried = "";
      return;
    }
    let answer;
    try {
      const path = `/api/shows/${this.room.show}/words/try`;
      const by = /** @type {{blocked_by: string[]}} */ (await post(path, { text })).blocked_by;
      if (by.length) answer = `Would be blocked by ${quoted(by)}.`;
      else if (!word) answer = "Nothing blocks this.";
      else {
        const { blocked_by } = await post(path, { text, word });
        answer = blocked_by.length
          ? `Nothing blocks this yet. ${quoted([word])} would.`
          : `Nothing blocks this, and ${quoted([word])} would not either.`;
      }
    } catch (error) {
      answer = explain(error);
    }
    if (asked === this.asked) this._tried = answer;
  }

  /** @param {SubmitEvent} event */
  async #add(event) {
    event.preventDefault();
    const words = this._word
      .split(",")
      .map((word) => word.trim())
      .filter(Boolean);
    if (!words.length || !this.room) return;
    if (words.length === 1) {
      const done = await act(
        this.room,
        "block_word",
        { word: words[0] },
        `${quoted(words)} is blocked.`,
      );
      if (done) this._word = "";
      return;
    }
    try {
      while (words.length) {
        await this.room.command("block_word", { word: words[0] });
        words.shift();
      }
      toast("These words are blocked.", { tone: "ok" });
    } catch (error) {
      toastError(error);
    }
    // What could not be blocked is there to be mended.
    this._word = words.join(", ");
  }

  render() {
    if (!this.state || !this.room) return nothing;
    const { room } = this;
    const { words = [] } = this.state.chat;
    return html`<form @submit=${this.#add}>
        <h2 class="heading">${icon("shield")} Blocked words</h2>
        <div class="row">
          <input
            dir="auto"
            ${limit(200)}
            aria-label="Word to block"
            placeholder="Block a word"
            data-testid="word-input"
            .value=${this._word}
            @input=${(/** @type {any} */ e) => (this._word = e.target.value)}
          /><button class="btn" data-testid="word-add">Block</button>
        </div>
        <p class="muted small">
          Whole words, look-alike letters too. spam* also blocks “spammer”. Accents count.
        </p>
      </form>
      <ul class="words chips">
        ${words.map(
          (word) =>
            html`<li class="badge">
              <bdi>${word}</bdi
              ><button
                type="button"
                aria-label="Allow ${word} again"
                @click=${() =>
                  act(room, "unblock_word", { word }, `${quoted([word])} is allowed again.`)}
              >
                ${icon("close")}
              </button>
            </li>`,
        )}
      </ul>
      <div class="stack">
        <input
          dir="auto"
          ${limit(500)}
          aria-label="Try a message"
          aria-describedby="tried"
          placeholder="Try a message"
          data-testid="word-try"
          .value=${this._text}
          @input=${(/** @type {any} */ e) => (this._text = e.target.value)}
        />
        <p id="tried" class="small" role="status" data-testid="word-tried">${this._tried}</p>
      </div>`;
  }

  static styles = [
    shared,
    fields,
    css`
      :host,
      form {
        display: grid;
        gap: var(--s-2);
      }
      .words:empty,
      #tried:empty {
        display: none;
      }
      .words li {
        max-width: 100%;
        padding-right: 0;
        font-size: var(--t-s);
      }
      .words button {
        flex: none;
        display: grid;
        place-items: center;
        width: var(--tap);
        height: var(--tap);
        margin: -0.4rem 0;
        border: 0;
        background: none;
        cursor: pointer;
      }
      #tried {
        overflow-wrap: anywhere;
      }
    `,
  ];
}
customElements.define("ls-mod-words", LsModWords);
