// @ts-check
import { LitElement, css, html, nothing } from "/web/vendor/lit.js";
import { vars } from "/web/lib/css-vars.js";
import { icon } from "/web/lib/icons.js";
import { shared } from "/web/components/styles.js";
import { share } from "/web/features/polls/words.js";

/**
 * The votes of a poll as bars. They move without being read aloud.
 *
 * @property {string[]} options
 * @property {number[] | null} counts  null as long as they are not known
 * @property {number | null} mine  the index of one's own vote
 */
export class LsPollBars extends LitElement {
  static properties = {
    options: { attribute: false },
    counts: { attribute: false },
    mine: { attribute: false },
  };

  constructor() {
    super();
    /** @type {string[]} */
    this.options = [];
    /** @type {number[] | null} */
    this.counts = null;
    /** @type {number | null} */
    this.mine = null;
  }

  render() {
    const { options, counts, mine } = this;
    return html`<ul>
      ${options.map((option, index) => {
        const { percent, first } = share(counts ?? options.map(() => 0), index);
        return html`<li
          class="${first ? "first" : ""} ${index === mine ? "mine" : ""}"
          data-testid="poll-bar"
          data-option=${index}
        >
          <i
            class=${percent ? "" : "none"}
            ${vars({ "--percent": percent })}
            aria-hidden="true"
          ></i>
          <span class="grow"
            >${option}${
              index === mine
                ? html` <span class="own"
                    >${icon("check")}<span class="sr">, your vote</span></span
                  >`
                : nothing
            }</span
          >
          <b class="num">${counts ? `${percent} %` : "–"}</b>
        </li>`;
      })}
    </ul>`;
  }

  static styles = [
    shared,
    css`
      ul {
        display: grid;
        gap: var(--s-1);
      }
      li {
        position: relative;
        isolation: isolate;
        overflow: hidden;
        display: flex;
        align-items: center;
        gap: var(--s-2);
        min-height: 2.1rem;
        padding: var(--s-1) var(--s-3);
        border-radius: var(--r-s);
        background: var(--sunken);
        line-height: 1.25;
        font-size: var(--t-s);
      }
      i {
        position: absolute;
        z-index: -1;
        inset: 0 auto 0 0;
        width: calc(var(--percent) * 1%);
        background: var(--accent-soft);
        border-bottom: 3px solid var(--accent);
        transition: width var(--calm) var(--ease);
      }
      .none {
        border: 0;
      }
      .first {
        font-weight: var(--w-bold);
      }
      .own {
        color: var(--ok-ink);
        white-space: nowrap;
      }
      .mine {
        outline: 2px solid var(--ok);
        outline-offset: -2px;
      }
      @media (forced-colors: active) {
        i {
          background: Highlight;
          opacity: 0.4;
        }
      }
    `,
  ];
}
customElements.define("ls-poll-bars", LsPollBars);
