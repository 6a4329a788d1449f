// @ts-check
import { LitElement, css, html } from "/web/vendor/lit.js";
import { nextUrl, session } from "/web/lib/session.js";
import { explain, title } from "/web/lib/words.js";
import { page } from "/web/components/page-styles.js";
import { shared } from "/web/components/styles.js";
import "/web/components/ls-empty.js";
import "/web/features/accounts/ls-account.js";
import "/web/features/accounts/ls-sign-in.js";
import "/web/features/navigation/ls-app-bar.js";

/**
 * What people came for when they were sent here, by the beginning of the path.
 *
 * @type {[RegExp, string][]}
 */
const REASONS = [
  [/^\/shows\/[^/]+\/?$/, "Sign in to claim and to chat. You go straight back to the show."],
  [/^\/cart/, "Sign in to see what is held for you."],
  [/^\/orders/, "Sign in to see your orders."],
  [/^\/new/, "Sign in to host a show."],
  [/^\/closet/, "Sign in to open your closet."],
];

/** Signing in; for who is signed in already, the account. */
class LsSigninPage extends LitElement {
  static properties = { user: { state: true }, problem: { state: true } };

  constructor() {
    super();
    /** @type {import("/web/lib/protocol.js").User | null | undefined} */
    this.user = undefined;
    this.problem = "";
  }

  connectedCallback() {
    super.connectedCallback();
    this.#load();
  }

  async #load() {
    try {
      this.problem = "";
      this.user = await session.load();
    } catch (error) {
      this.problem = explain(error);
    }
    if (!this.user) return;
    if (new URLSearchParams(location.search).has("next")) location.replace(nextUrl());
    else title("Your account");
  }

  #signedIn() {
    location.assign(nextUrl());
  }

  render() {
    return html`<ls-app-bar current="/signin"></ls-app-bar>${this.#content()}`;
  }

  #content() {
    if (this.problem)
      return html`<main>
        <ls-empty whole icon="alert" heading="Not now"
          ><span>${this.problem}</span
          ><button class="btn primary" slot="action" @click=${this.#load}>
            Try again
          </button></ls-empty
        >
      </main>`;
    if (this.user === undefined) return html`<main></main>`;
    if (this.user) {
      return html`<main id="account">
        <h1 class="display">Your account</h1>
        <ls-account></ls-account>
      </main>`;
    }
    const next = nextUrl("");
    const why = REASONS.find(([path]) => path.test(next))?.[1] ?? "";
    return html`<main class="door">
      <h1 class="display">Come in.</h1>
      <div class="panel">
        <ls-sign-in
          mode=${location.hash === "#up" ? "up" : "in"}
          .why=${why}
          @done=${this.#signedIn}
        ></ls-sign-in>
      </div>
    </main>`;
  }

  static styles = [
    shared,
    page,
    css`
      .door {
        max-width: 27rem;
        padding-top: var(--s-6);
        gap: var(--s-5);
      }
      .door h1 {
        font-size: var(--t-3xl);
        letter-spacing: -0.03em;
      }
      @media (min-width: 900px) {
        .door {
          padding-top: var(--s-8);
        }
      }
    `,
  ];
}
customElements.define("ls-signin-page", LsSigninPage);
