// @ts-check
import { css, html } from "/web/vendor/lit.js";
import { RoomElement } from "/web/lib/room.js";
import { shared } from "/web/components/styles.js";
import "/web/features/chat/ls-chat-composer.js";
import "/web/features/chat/ls-chat-lines.js";

/**
 * Lines and composer together.
 *
 * @property {boolean} overlay
 * @slot between  over the video: what stands between the lines and the composer
 * @slot beside   over the video: buttons right of the composer
 */
export class LsChat extends RoomElement {
  static properties = {
    overlay: { type: Boolean, reflect: true },
  };

  constructor() {
    super();
    this.overlay = false;
  }

  render() {
    const { state, mine, overlay } = this;
    return html`<ls-chat-lines
        .lines=${state?.chat.lines ?? []}
        .me=${mine?.user.handle}
        ?acting=${mine?.can.includes("moderate")}
        ?overlay=${overlay}
      ></ls-chat-lines>
      <slot name="between"></slot>
      <div class="foot">
        <ls-chat-composer ?overlay=${overlay}></ls-chat-composer>
        <slot name="beside"></slot>
      </div>`;
  }

  static styles = [
    shared,
    css`
      :host {
        display: flex;
        flex-direction: column;
        min-height: 0;
      }
      ls-chat-lines {
        flex: 1;
      }
      .foot {
        display: flex;
        align-items: flex-end;
        gap: var(--s-2);
        padding: var(--s-2) var(--s-3) var(--s-3);
      }
      ls-chat-composer {
        flex: 1;
        min-width: 0;
      }
      :host([overlay]) .foot {
        padding: var(--s-2) 0 0;
      }
      /* It gives way before what stands below it. */
      :host([overlay]) ls-chat-lines {
        flex: 1 1000 auto;
        min-height: var(--chat-least, 0);
        max-height: var(--chat-height, 30dvh);
      }
    `,
  ];
}
customElements.define("ls-chat", LsChat);
