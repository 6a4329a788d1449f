// @ts-check
import { css, html, nothing } from "/web/vendor/lit.js";
import { draft, takeSent } from "/web/lib/drafts.js";
import { icon } from "/web/lib/icons.js";
import { limit } from "/web/lib/limit.js";
import { RoomElement } from "/web/lib/room.js";
import { FormController, dataOf, text } from "/web/components/forms.js";
import { toast, toastError } from "/web/components/ls-toast.js";
import { fields, shared } from "/web/components/styles.js";
import { promisesOf } from "/web/features/notes/state.js";
import "/web/components/ls-field.js";

const MAX_PROMISE = 140;
const MAX_PROMISES = 5;

/**
 * Promising something with an item, and taking it back.
 *
 * @property {import("/web/lib/protocol.js").Item} item
 */
export class LsPromiseForm extends RoomElement {
  static properties = { item: { attribute: false } };

  constructor() {
    super();
    /** @type {import("/web/lib/protocol.js").Item | null} */
    this.item = null;
    this.form = new FormController(this);
  }

  /** @param {SubmitEvent} event */
  async #promise(event) {
    const { room, item } = this;
    const form = /** @type {HTMLFormElement} */ (event.currentTarget);
    const promised = text(dataOf(event), "promise");
    event.preventDefault();
    // An empty text would take all of them back.
    if (!room || !item || !promised) return;
    const command = { item: item.id, text: promised };
    if (await this.form.send(event, () => room.command("promise", command)))
      takeSent(/** @type {HTMLInputElement} */ (form.elements.namedItem("promise")), promised);
  }

  /** @param {import("/web/lib/protocol.js").ItemPromise} made */
  async #takeBack({ id }) {
    const { room, item } = this;
    try {
      await room?.command("promise", { item: item?.id, text: "", promise: id });
      toast("Taken back. Who holds it already keeps it.");
    } catch (error) {
      toastError(error);
    }
  }

  render() {
    const { item, state, form } = this;
    if (!item || !state) return nothing;
    const made = promisesOf(state, item.id);
    return html`<section>
      <h3 class="caption">Promises</h3>
      <p class="muted small">
        ${
          item.lent
            ? `@${item.owner.handle} packs it, and reads these on the order.`
            : "You read these on the order."
        }
        Whoever claims it keeps what stands here then.
      </p>
      <ul>
        ${made.map(
          (promise) =>
            html`<li data-testid="promise">
              ${icon("check")}<span class="grow" dir="auto">${promise.text}</span
              ><button
                class="btn quiet compact"
                aria-label="Take back: ${promise.text}"
                data-testid="promise-take-back"
                @click=${() => this.#takeBack(promise)}
              >
                Take back
              </button>
            </li>`,
        )}
      </ul>
      ${
        made.length >= MAX_PROMISES
          ? html`<p class="muted small">
              More than ${MAX_PROMISES} nobody reads. Take one back to make another.
            </p>`
          : html`<form @submit=${this.#promise}>
              <ls-field label="Promise with it" error=${form.at("text") || form.rest(["text"])}>
                <input
                  dir="auto"
                  name="promise"
                  required
                  ${limit(MAX_PROMISE)}
                  autocomplete="off"
                  placeholder="gift-wrapped"
                  ${draft(this.draftName(`promise.${item.id}`))}
                  data-testid="promise-input"
                />
              </ls-field>
              <button class="btn" ?disabled=${form.busy} data-testid="promise-make">Promise</button>
            </form>`
      }
    </section>`;
  }

  static styles = [
    shared,
    fields,
    css`
      li {
        display: flex;
        align-items: center;
        gap: var(--s-2);
        min-height: var(--tap);
        overflow-wrap: anywhere;
      }
      li .icon {
        flex: none;
        color: var(--ok-ink);
      }
      form {
        display: flex;
        align-items: flex-start;
        gap: var(--s-2);
        margin-top: var(--s-2);
      }
      ls-field {
        flex: 1;
      }
      form .btn {
        margin-top: 1.4rem;
      }
    `,
  ];
}
customElements.define("ls-promise-form", LsPromiseForm);
