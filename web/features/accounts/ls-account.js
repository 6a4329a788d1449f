// @ts-check
import { LitElement, css, html, nothing } from "/web/vendor/lit.js";
import { get, patch, post } from "/web/lib/api.js";
import { draft, sendDrafts } from "/web/lib/drafts.js";
import { icon } from "/web/lib/icons.js";
import { limit } from "/web/lib/limit.js";
import { ownDraft, session } from "/web/lib/session.js";
import { explain } from "/web/lib/words.js";
import { FormController, dataOf, text } from "/web/components/forms.js";
import { toast, toastError } from "/web/components/ls-toast.js";
import { page } from "/web/components/page-styles.js";
import { fields, shared } from "/web/components/styles.js";
import "/web/components/ls-address-form.js";
import "/web/components/ls-field.js";
import "/web/components/ls-sure.js";
import "/web/features/accounts/ls-password-input.js";
import "/web/features/accounts/ls-sign-ins.js";

/** @typedef {import("/web/lib/protocol.js").User} User */
/** @typedef {import("/web/lib/protocol.js").Address} Address */
/**
 * @typedef {{
 *   user: User, bio: string, thanks: string, address: Address | null,
 *   address_errors: {field: string, message: string}[]
 * }} Me
 */

const PROFILE_DRAFTS = "profile.";

/** One's own account: profile, address, password, sign-ins. */
export class LsAccount extends LitElement {
  static properties = { me: { state: true }, problem: { state: true } };

  constructor() {
    super();
    /** @type {Me | null} */
    this.me = null;
    this.problem = "";
    this.profile = new FormController(this);
    this.address = new FormController(this);
    this.password = new FormController(this);
  }

  connectedCallback() {
    super.connectedCallback();
    get("/api/me").then(
      (me) => (this.me = me),
      (error) => (this.problem = explain(error)),
    );
  }

  /** @param {SubmitEvent} event */
  async #saveProfile(event) {
    const data = dataOf(event);
    const sent = await this.profile.send(event, async () => {
      this.me = await sendDrafts(ownDraft(PROFILE_DRAFTS), () =>
        patch("/api/me", {
          name: text(data, "name"),
          bio: text(data, "bio"),
          thanks: text(data, "thanks"),
        }),
      );
      if (this.me) session.renamed(this.me.user);
    });
    if (sent) toast("Saved.", { tone: "ok" });
  }

  async #saveAddress() {
    const form = /** @type {import("/web/components/ls-address-form.js").LsAddressForm} */ (
      this.renderRoot.querySelector("ls-address-form")
    );
    if (!form.check()) return;
    const address = form.read();
    const sent = await this.address.send(null, async () => {
      this.me = await form.send(() => patch("/api/me", { address }));
    });
    if (sent) toast("Address saved. It is offered at every checkout.", { tone: "ok" });
  }

  async #forgetAddress() {
    if (
      await this.address.send(
        null,
        async () => (this.me = await patch("/api/me", { address: null })),
      )
    )
      toast("Address forgotten.", { tone: "ok" });
  }

  /** @param {SubmitEvent} event */
  async #changePassword(event) {
    const form = /** @type {HTMLFormElement} */ (event.currentTarget);
    const data = dataOf(event);
    const sent = await this.password.send(event, () =>
      post("/api/me/password", {
        current: String(data.get("current")),
        new: String(data.get("new")),
      }),
    );
    if (!sent) return;
    form.reset();
    toast("Password changed. You are signed out everywhere else.", { tone: "ok" });
    this.renderRoot.querySelector("ls-sign-ins")?.dispatchEvent(new Event("reload"));
  }

  async #signOut() {
    try {
      await session.signOut();
      location.assign("/");
    } catch (error) {
      toastError(error);
    }
  }

  render() {
    const { me } = this;
    if (this.problem)
      return html`<p class="note bad" role="alert">
        ${icon("alert")}<span>${this.problem}</span>
      </p>`;
    if (!me) return html`<div class="wait" role="status">Loading your account…</div>`;
    return html`<div class="column">${this.#profileForm(me)} ${this.#passwordForm()}</div>
      <div class="column">${this.#addressForm(me)} ${this.#signIns()}</div>`;
  }

  #signIns() {
    return html`<section class="panel" aria-labelledby="sessions">
      <h2 id="sessions" class="display">Where you are signed in</h2>
      <ls-sign-ins></ls-sign-ins>
      <div class="actions">
        <button class="btn" @click=${this.#signOut} data-testid="account-sign-out">
          Sign out here
        </button>
      </div>
    </section>`;
  }

  /** @param {Me} me */
  #profileForm({ user, bio, thanks }) {
    const { profile } = this;
    return html`<form class="panel" @submit=${this.#saveProfile} data-testid="profile-form">
      <h2 class="display">Profile</h2>
      <p class="muted">
        Your handle is <b>@${user.handle}</b>. Your closet is at
        <a href="/closet/${user.handle}">/closet/${user.handle}</a>.
      </p>
      <ls-field label="Name" error=${profile.at("name")}
        ><input
          dir="auto"
          name="name"
          autocomplete="name"
          required
          ${limit(60)}
          .value=${user.name}
          ${draft(ownDraft(`${PROFILE_DRAFTS}name`), user.name)}
          data-testid="profile-name"
      /></ls-field>
      <ls-field
        label="About you"
        optional
        hint="What you sell, when you are live. Shown on top of your closet."
        error=${profile.at("bio")}
      >
        <textarea
          dir="auto"
          name="bio"
          ${limit(500)}
          rows="3"
          .value=${bio}
          ${draft(ownDraft(`${PROFILE_DRAFTS}bio`), bio)}
          data-testid="profile-bio"
        ></textarea>
      </ls-field>
      <ls-field
        label="Thank-you note"
        optional
        hint="Stands on the packing slips of what you send."
        error=${profile.at("thanks")}
      >
        <textarea
          dir="auto"
          name="thanks"
          ${limit(500)}
          rows="2"
          .value=${thanks}
          ${draft(ownDraft(`${PROFILE_DRAFTS}thanks`), thanks)}
          data-testid="profile-thanks"
        ></textarea>
      </ls-field>
      ${this.#refusal(profile, ["name", "bio", "thanks"])}
      <div class="actions">
        <button class="btn primary" ?disabled=${profile.busy} data-testid="profile-save">
          Save profile
        </button>
      </div>
    </form>`;
  }

  /** @param {Me} me */
  #addressForm({ address }) {
    const form = this.address;
    return html`<section class="panel" aria-labelledby="address" data-testid="address-panel">
      <h2 id="address" class="display">Where parcels go</h2>
      <p class="muted">Only the sellers you buy from see it, and only with the order.</p>
      <ls-address-form
        .address=${address}
        .problem=${form.error}
        @enter=${this.#saveAddress}
      ></ls-address-form>
      ${this.#refusal(form, [
        "address",
        "name",
        "line1",
        "line2",
        "city",
        "region",
        "postcode",
        "country",
      ])}
      <div class="actions">
        <button
          class="btn primary"
          ?disabled=${form.busy}
          @click=${this.#saveAddress}
          data-testid="address-save"
        >
          Save address
        </button>
        ${
          address
            ? html`<ls-sure
                name="address-forget"
                look="quiet"
                question="Forget it?"
                @sure=${this.#forgetAddress}
                >Forget it</ls-sure
              >`
            : nothing
        }
      </div>
    </section>`;
  }

  #passwordForm() {
    const form = this.password;
    return html`<form class="panel" @submit=${this.#changePassword} data-testid="password-form">
      <h2 class="display">Password</h2>
      <input
        hidden
        name="username"
        autocomplete="username"
        readonly
        .value=${this.me?.user.handle ?? ""}
      />
      <ls-password-input>
        <ls-field label="Current password" error=${form.at("current", "wrong_credentials")}>
          <input
            name="current"
            type="password"
            autocomplete="current-password"
            required
            ${limit(200)}
            data-testid="password-current"
          />
        </ls-field>
      </ls-password-input>
      <ls-password-input>
        <ls-field
          label="New password"
          hint="At least 8 characters. All other sign-ins end."
          error=${form.at("new")}
        >
          <input
            name="new"
            type="password"
            autocomplete="new-password"
            required
            minlength="8"
            ${limit(200)}
            data-testid="password-new"
          />
        </ls-field>
      </ls-password-input>
      ${this.#refusal(form, ["current", "new"], ["wrong_credentials"])}
      <div class="actions">
        <button class="btn" ?disabled=${form.busy} data-testid="password-save">
          Change password
        </button>
      </div>
    </form>`;
  }

  /** @param {FormController} form @param {string[]} shown @param {string[]} [codes] */
  #refusal(form, shown, codes) {
    const rest = form.rest(shown, codes);
    return rest
      ? html`<p class="note bad" role="alert">${icon("alert")}<span>${rest}</span></p>`
      : nothing;
  }

  static styles = [
    shared,
    fields,
    page,
    css`
      :host,
      .column {
        display: grid;
        gap: var(--s-5);
        align-items: start;
        align-content: start;
      }
      @media (min-width: 900px) {
        :host {
          grid-template-columns: 1fr 1fr;
        }
      }
    `,
  ];
}
customElements.define("ls-account", LsAccount);
