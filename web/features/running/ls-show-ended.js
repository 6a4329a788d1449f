// @ts-check
import { css, html, nothing } from "/web/vendor/lit.js";
import { RoomElement } from "/web/lib/room.js";
import { shared } from "/web/components/styles.js";
import "/web/components/ls-money.js";
import "/web/components/ls-photo.js";

/**
 * What came of a show: pieces sold, and what is left to do for who looks.
 */
export class LsShowEnded extends RoomElement {
  render() {
    const { state, mine } = this;
    if (!state) return nothing;
    const sold = state.items.map((item) => ({ item, n: item.sold_here })).filter(({ n }) => n > 0);
    const pieces = sold.reduce((sum, { n }) => sum + n, 0);
    return html`<p>
        ${
          pieces
            ? `${pieces} ${pieces === 1 ? "piece has" : "pieces have"} found a new home.`
            : `Thank you for spending time with ${state.show.host.name}.`
        }
      </p>
      ${
        sold.length
          ? html`<ul>
              ${sold
                .slice(0, 8)
                .map(
                  ({ item }) =>
                    html`<li><ls-photo .photo=${item.photos[0]} alt=${item.title}></ls-photo></li>`,
                )}
            </ul>`
          : nothing
      }
      <p class="links">
        ${
          mine?.claims.length
            ? html`<a class="btn primary" href="/cart?show=${state.show.id}"
                >Pay for what you hold</a
              >`
            : nothing
        }
        ${mine ? html`<a class="btn" href="/orders">Your orders</a>` : nothing}
        <a class="btn" href="/closet/${state.show.host.handle}">${state.show.host.name}’s closet</a>
      </p>`;
  }

  static styles = [
    shared,
    css`
      :host {
        display: grid;
        gap: var(--s-4);
        justify-items: center;
      }
      ul {
        display: flex;
        flex-wrap: wrap;
        justify-content: center;
        gap: var(--s-2);
      }
      ls-photo {
        width: 4rem;
      }
      .links .btn {
        max-width: 100%;
        white-space: normal;
      }
      .links {
        display: flex;
        flex-wrap: wrap;
        justify-content: center;
        gap: var(--s-2);
      }
    `,
  ];
}
customElements.define("ls-show-ended", LsShowEnded);
