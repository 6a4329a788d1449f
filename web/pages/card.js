// @ts-check
import { LitElement, html, nothing } from "/web/vendor/lit.js";
import { requireUser } from "/web/lib/session.js";
import { page } from "/web/components/page-styles.js";
import { shared } from "/web/components/styles.js";
import "/web/features/checkout/ls-card-on-file.js";
import "/web/features/navigation/ls-app-bar.js";

/** The card on file; with `?show=` whoever needed one goes back to that show. */
class LsCardPage extends LitElement {
  static properties = { user: { state: true } };

  constructor() {
    super();
    /** @type {import("/web/lib/protocol.js").User | null} */
    this.user = null;
    this.show = new URLSearchParams(location.search).get("show") ?? "";
  }

  async connectedCallback() {
    super.connectedCallback();
    this.user = await requireUser();
  }

  render() {
    return html`<ls-app-bar current="/card"></ls-app-bar>
      <main>
        <h1 class="display">Your card</h1>
        <p class="lead">
          With a card on file you pay for what you claim or win with one tap. It stays with Stripe;
          this server knows its last four digits only.
        </p>
        ${
          this.user
            ? html`<ls-card-on-file></ls-card-on-file> ${
                  this.show
                    ? html`<a class="btn block" href="/shows/${encodeURIComponent(this.show)}"
                        >Back to the show</a
                      >`
                    : nothing
                }`
            : nothing
        }
      </main>`;
  }

  static styles = [shared, page];
}

customElements.define("ls-card-page", LsCardPage);
