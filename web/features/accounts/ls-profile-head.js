// @ts-check
import { LitElement, css, html, nothing } from "/web/vendor/lit.js";
import { del, put } from "/web/lib/api.js";
import { icon } from "/web/lib/icons.js";
import { session, signInUrl } from "/web/lib/session.js";
import { counted } from "/web/lib/words.js";
import { toastError } from "/web/components/ls-toast.js";
import { shared } from "/web/components/styles.js";
import "/web/components/ls-avatar.js";

/**
 * @typedef {{
 *   user: import("/web/lib/protocol.js").User, bio: string, followers: number, following: boolean,
 *   listings: number
 * }}
 *   Profile
 */

/**
 * Whose closet this is, with a way to follow them.
 *
 * @property {Profile} profile
 * @property {boolean} own
 */
export class LsProfileHead extends LitElement {
  static properties = {
    profile: { attribute: false },
    own: { type: Boolean },
    busy: { state: true },
  };

  constructor() {
    super();
    /** @type {Profile | null} */
    this.profile = null;
    this.own = false;
    this.busy = false;
  }

  async #turn() {
    const { profile } = this;
    if (!profile) return;
    if (!session.user) {
      location.assign(signInUrl());
      return;
    }
    this.busy = true;
    const path = `/api/users/${profile.user.handle}/follow`;
    try {
      await (profile.following ? del(path) : put(path));
      this.profile = {
        ...profile,
        following: !profile.following,
        followers: profile.followers + (profile.following ? -1 : 1),
      };
    } catch (error) {
      toastError(error);
    } finally {
      this.busy = false;
    }
  }

  render() {
    const { profile } = this;
    if (!profile) return nothing;
    const { user, followers } = profile;
    return html`<ls-avatar .user=${user}></ls-avatar>
      <div class="grow">
        <h1 class="display" dir="auto">${this.own ? "My closet" : user.name}</h1>
        <p class="muted small">@${user.handle} · ${counted(followers, "follower")}</p>
        ${
          profile.bio
            ? html`<p class="bio" dir="auto">${profile.bio}</p>`
            : this.own
              ? html`<p class="small"><a href="/signin#account">Say what you sell</a></p>`
              : nothing
        }
      </div>
      ${
        this.own
          ? nothing
          : html`<button
              class="btn ${profile.following ? "" : "primary"}"
              ?disabled=${this.busy}
              @click=${this.#turn}
              data-testid="follow"
              aria-pressed=${profile.following ? "true" : "false"}
            >
              ${profile.following ? html`${icon("check")} Following` : html`${icon("plus")} Follow`}
            </button>`
      }
      <slot></slot>`;
  }

  static styles = [
    shared,
    css`
      :host {
        display: flex;
        align-items: center;
        flex-wrap: wrap;
        gap: var(--s-3) var(--s-4);
        --size: 3.5rem;
      }
      h1 {
        font-size: var(--t-2xl);
        overflow-wrap: anywhere;
      }
      .bio {
        max-width: 38rem;
        margin-top: var(--s-1);
        white-space: pre-line;
      }
      .btn[aria-pressed="true"] {
        background: var(--ok-soft);
        color: var(--ok-ink);
        border-color: transparent;
      }
      .grow {
        flex-basis: 12rem;
      }
      .btn {
        width: 100%;
      }
      @media (min-width: 700px) {
        :host {
          --size: 5rem;
        }
        .btn {
          width: auto;
        }
      }
    `,
  ];
}
customElements.define("ls-profile-head", LsProfileHead);
