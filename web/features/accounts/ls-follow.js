// @ts-check
import { LitElement, css, html, nothing } from "/web/vendor/lit.js";
import { get, request } from "/web/lib/api.js";
import { icon } from "/web/lib/icons.js";
import { session, signInUrl } from "/web/lib/session.js";
import { toast, toastError } from "/web/components/ls-toast.js";
import { shared } from "/web/components/styles.js";

/**
 * Follow somebody, or stop to. Nothing for oneself.
 *
 * @property {import("/web/lib/protocol.js").User | null} user
 * @property {boolean} glass  an icon over the video instead of a button with words
 */
export class LsFollow extends LitElement {
  static properties = {
    user: { attribute: false },
    glass: { type: Boolean, reflect: true },
    following: { state: true },
  };

  constructor() {
    super();
    /** @type {import("/web/lib/protocol.js").User | null} */
    this.user = null;
    this.glass = false;
    /** Null as long as it is not known. @type {boolean | null} */
    this.following = null;
    this.asked = "";
  }

  willUpdate() {
    const handle = this.user?.handle ?? "";
    if (!handle || handle === this.asked) return;
    this.asked = handle;
    get(`/api/users/${handle}`)
      .then((answer) => (this.following = Boolean(answer.following)))
      .catch(() => {});
  }

  async #toggle() {
    const { user } = this;
    if (!user) return;
    if (!session.user) {
      location.assign(signInUrl());
      return;
    }
    const before = this.following;
    this.following = !before;
    try {
      await request(before ? "DELETE" : "PUT", `/api/users/${user.handle}/follow`);
      toast(before ? `You do not follow ${user.name} any more.` : `You follow ${user.name}.`);
    } catch (error) {
      this.following = before;
      toastError(error);
    }
  }

  render() {
    const { user, following } = this;
    if (!user || following === null || session.user?.id === user.id) return nothing;
    const label = following ? `Stop following ${user.name}` : `Follow ${user.name}`;
    return html`<button
      class="btn ${this.glass ? "icon-only glass" : "compact"} ${following ? "on" : ""}"
      data-testid="follow"
      aria-pressed=${this.glass ? nothing : String(following)}
      aria-label=${label}
      title=${label}
      @click=${this.#toggle}
    >
      ${icon(following ? "check" : "plus")}${this.glass ? nothing : following ? "Following" : "Follow"}
    </button>`;
  }

  static styles = [
    shared,
    css`
      :host {
        display: inline-block;
      }
      .btn.glass.on {
        color: #ff9db4;
      }
    `,
  ];
}
customElements.define("ls-follow", LsFollow);
