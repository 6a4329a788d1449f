// @ts-check
import { LitElement, html } from "/web/vendor/lit.js";
import { page } from "/web/components/page-styles.js";
import { shared } from "/web/components/styles.js";
import "/web/components/ls-empty.js";
import "/web/features/navigation/ls-app-bar.js";

/** For addresses at which there is nothing. */
class LsNotFoundPage extends LitElement {
  render() {
    return html`<ls-app-bar></ls-app-bar>
      <main>
        <h1 class="sr">Not found</h1>
        <ls-empty icon="search" heading="There is nothing at this address">
          The link may be old, or a letter may be missing. Shows that are over are still listed on
          the first page.
          <a class="btn primary" slot="action" href="/" data-testid="to-shows">See the shows</a>
        </ls-empty>
      </main>`;
  }

  static styles = [shared, page];
}
customElements.define("ls-not-found-page", LsNotFoundPage);
