// @ts-check
import { LitElement, css, html } from "/web/vendor/lit.js";
import { shared } from "/web/components/styles.js";
import "/web/features/chat/ls-chat-composer.js";
import "/web/features/chat/ls-chat-lines.js";

/**
 * Lines and composer together.
 *
 * @property {import("/web/lib/protocol.js").State} state
 * @property {import("/web/lib/protocol.js").Mine | null} mine
 * @property {import("/web/lib/show-client.js").ShowClient} room
 * @property {boolean} guest
 * @property {boolean} overlay
 * @slot between  over the video: what stands between the lines and the composer
 * @slot beside   over the video: buttons right of the composer
 * @fires pick     a message was tapped by staff; detail is the line
 * @fires claimed-by-comment  detail is `{answer, text}`
 */
export class LsChat extends LitElement {
  static properties = {
    state: { attribute: false },
    mine: { attribute: false },
    room: { attribute: false },
    guest: { type: Boolean },
    overlay: { type: Boolean, reflect: true },
  };

  constructor() {
    super();
    /** @type {import("/web/lib/protocol.js").State | null} */
    this.state = null;
    /** @type {import("/web/lib/protocol.js").Mine | null} */
    this.mine = null;
    /** @type {import("/web/lib/show-client.js").ShowClient | null} */
    this.room = null;
    this.guest = false;
    this.overlay = false;
  }

  /** @param {string} name @param {any} detail */
  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  render() {
    const { state, mine, room, guest, overlay } = this;
    return html`<ls-chat-lines
        .lines=${state?.chat.lines ?? []} .me=${mine?.user.handle} ?acting=${mine?.can.includes("moderate")} ?overlay=${overlay}
        @pick=${(/** @type {CustomEvent} */ e) => this.#tell("pick", e.detail)}
      ></ls-chat-lines>
      <slot name="between"></slot>
      <div class="foot">
        <ls-chat-composer .state=${state} .mine=${mine} .room=${room} ?guest=${guest} ?overlay=${overlay} @claimed=${(/** @type {CustomEvent} */ e) => this.#tell("claimed-by-comment", e.detail)}></ls-chat-composer>
        <slot name="beside"></slot>
      </div>`;
  }

  static styles = [
    shared,
    css`
      :host { display: flex; flex-direction: column; min-height: 0; }
      ls-chat-lines { flex: 1; }
      .foot { display: flex; align-items: flex-end; gap: var(--s-2); padding: var(--s-2) var(--s-3) var(--s-3); }
      ls-chat-composer { flex: 1; min-width: 0; }
      :host([overlay]) .foot { padding: var(--s-2) 0 0; }
      :host([overlay]) ls-chat-lines { max-height: var(--chat-height, 30dvh); }
    `,
  ];
}
customElements.define("ls-chat", LsChat);
