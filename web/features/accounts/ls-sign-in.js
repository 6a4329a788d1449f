// @ts-check
import { LitElement, css, html, nothing } from "/web/vendor/lit.js";
import { icon } from "/web/lib/icons.js";
import { limit } from "/web/lib/limit.js";
import { session } from "/web/lib/session.js";
import { FormController, dataOf, text } from "/web/components/forms.js";
import { page } from "/web/components/page-styles.js";
import { fields, shared } from "/web/components/styles.js";
import "/web/components/ls-field.js";
import "/web/components/ls-tabs.js";
import "/web/features/accounts/ls-password-input.js";

const TABS = [
  { id: "in", text: "Sign in" },
  { id: "up", text: "Create account" },
];

/**
 * Signing in and signing up.
 *
 * @property {"in" | "up"} mode
 * @property {string} why  a sentence about what signing in is for
 * @fires done  somebody is signed in
 */
export class LsSignIn extends LitElement {
  static properties = { mode: {}, why: {} };

  constructor() {
    super();
    /** @type {"in" | "up"} */
    this.mode = "in";
    this.why = "";
    this.form = new FormController(this);
  }

  /** @param {SubmitEvent} event */
  async #send(event) {
    const data = dataOf(event);
    // "@Ada" and "ada" are the same person.
    const handle = text(data, "handle").replace(/^@/, "").toLowerCase();
    const password = String(data.get("password") ?? "");
    const name = text(data, "name");
    const went = await this.form.send(event, () =>
      this.mode === "in"
        ? session.signIn(handle, password)
        : session.signUp({ handle, password, ...(name ? { name } : {}) }),
    );
    if (went) this.dispatchEvent(new Event("done"));
  }

  /** @param {Event} event */
  #turn(event) {
    this.mode = /** @type {"in" | "up"} */ (/** @type {any} */ (event.target).value);
    this.form.clear();
  }

  render() {
    const { form } = this;
    const up = this.mode === "up";
    const rest = form.rest(["handle", "password", "name"], ["handle_taken"]);
    return html`<ls-tabs
        label="Sign in or create an account"
        panel="panel"
        .tabs=${TABS}
        value=${this.mode}
        @change=${this.#turn}
      ></ls-tabs>
      ${
        this.why
          ? html`<p class="note accent">${icon("info")}<span>${this.why}</span></p>`
          : nothing
      }
      <div id="panel" class="contents">
        <form class="stack" @submit=${this.#send} data-testid="sign-${this.mode}-form">
          <ls-field
            label="Handle"
            hint=${up ? "How others see you in the chat: 2–24 of a–z, 0–9, dot, underscore." : ""}
            error=${form.at("handle", "handle_taken")}
          >
            <input
              name="handle"
              autocomplete="username"
              autocapitalize="none"
              spellcheck="false"
              required
              maxlength="25"
              pattern=${up ? "@?[A-Za-z0-9_.]{2,24}" : nothing}
              title="2–24 letters, digits, dots or underscores"
              data-testid="handle"
            />
          </ls-field>
          ${
            up
              ? html`<ls-field
                  label="Name"
                  optional
                  hint="Shown beside your handle. You can change it later."
                  error=${form.at("name")}
                >
                  <input
                    dir="auto"
                    name="name"
                    autocomplete="name"
                    ${limit(60)}
                    data-testid="name"
                  />
                </ls-field>`
              : nothing
          }
          <ls-password-input>
            <ls-field
              label="Password"
              hint=${up ? "At least 8 characters. A short sentence is easy to remember." : ""}
              error=${form.at("password") && "Choose a password of 8 to 200 characters."}
            >
              <input
                name="password"
                type="password"
                required
                minlength=${up ? 8 : 1}
                ${limit(200)}
                autocomplete=${up ? "new-password" : "current-password"}
                data-testid="password"
              />
            </ls-field>
          </ls-password-input>
          ${
            rest
              ? html`<p class="note bad" role="alert" data-testid="sign-in-error">
                  ${icon("alert")}<span
                    >${rest}${form.error?.retryAfter ? ` (${form.error.retryAfter} s)` : ""}</span
                  >
                </p>`
              : nothing
          }
          <button class="btn primary block" ?disabled=${form.busy} data-testid="sign-in-submit">
            ${form.busy ? "One moment…" : up ? "Create account" : "Sign in"}
          </button>
        </form>
      </div>`;
  }

  static styles = [
    shared,
    fields,
    page,
    css`
      :host {
        display: grid;
        gap: var(--s-5);
      }
    `,
  ];
}
customElements.define("ls-sign-in", LsSignIn);
