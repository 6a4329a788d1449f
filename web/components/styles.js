// @ts-check
/** Sheets shared by components: `static styles = [shared, css`…`]`. */
import { css } from "/web/vendor/lit.js";

export { fields } from "/web/components/field-styles.js";

/** Resets, text helpers and buttons. */
export const shared = css`
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }
  /* Each piece of text goes in the direction of what it says, as with dir="auto". */
  :where(p, h1, h2, h3, h4, li, dt, dd, td, th, a, b, i, s, em, mark, small, span, strong),
  :where(label, legend, summary, button, option, input, textarea) {
    unicode-bidi: plaintext;
  }
  :host {
    display: block;
  }
  :host([hidden]),
  [hidden] {
    display: none !important;
  }
  h1,
  h2,
  h3,
  h4,
  p,
  ul,
  ol,
  dl,
  dd,
  figure,
  fieldset {
    margin: 0;
    padding: 0;
  }
  ul,
  ol {
    list-style: none;
  }
  fieldset {
    border: 0;
    min-width: 0;
  }
  legend {
    padding: 0;
  }
  button,
  input,
  textarea,
  select {
    font: inherit;
    color: inherit;
    letter-spacing: inherit;
  }
  img,
  video {
    display: block;
    max-width: 100%;
  }
  a {
    color: var(--accent-ink);
    text-underline-offset: 0.18em;
    text-decoration-thickness: 1px;
  }
  :focus-visible {
    outline: 3px solid var(--focus);
    outline-offset: 2px;
    border-radius: var(--r-s);
  }
  .icon {
    flex: none;
    vertical-align: -0.25em;
  }
  .sr {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  .muted {
    color: var(--ink-2);
  }
  .small {
    font-size: var(--t-s);
  }
  .num {
    font-variant-numeric: tabular-nums;
    /* An amount or a date is read as a whole. */
    white-space: nowrap;
    overflow-wrap: normal;
  }
  .display {
    font-family: var(--font-display);
    font-weight: 600;
    line-height: var(--lh-tight);
    letter-spacing: -0.01em;
  }
  /* What does not fit beside the rest, such as with large text, comes below it. */
  .row {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: var(--s-3);
  }
  .row > .grow,
  li > .grow {
    flex-basis: 6em;
  }
  .row > :where(input:not([type="checkbox"], [type="radio"]), select) {
    flex: 1 1 6em;
    min-width: 0;
  }
  .stack {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: var(--s-4);
    align-content: start;
  }
  /* What is chosen from, or lies side by side: it takes as many lines as it needs. */
  .chips {
    display: flex;
    flex-wrap: wrap;
    gap: var(--s-2);
  }
  /* Parts of a panel: a heading with its icon, and a smaller one over a list. */
  .heading {
    display: flex;
    align-items: center;
    gap: var(--s-2);
    font-size: var(--t-m);
  }
  .caption {
    margin-bottom: var(--s-1);
    font-size: var(--t-s);
  }
  .failed {
    color: var(--bad-ink);
    font-size: var(--t-s);
  }
  .contents {
    display: contents;
  }
  .grow {
    flex: 1;
    min-width: 0;
  }
  .clip {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  /* What people write: a word or an address without an end stays in its place. */
  .display,
  .grow,
  p,
  dd,
  address {
    overflow-wrap: anywhere;
  }

  .btn {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: var(--s-2);
    min-height: var(--tap);
    min-width: var(--tap);
    padding: 0 var(--s-4);
    border: 1.5px solid var(--line-2);
    border-radius: var(--r-full);
    background: var(--surface);
    color: var(--ink);
    font-weight: var(--w-bold);
    font-size: var(--t-m);
    line-height: 1.2;
    text-decoration: none;
    text-align: center;
    cursor: pointer;
    user-select: none;
    -webkit-tap-highlight-color: transparent;
    touch-action: manipulation;
    transition:
      background var(--fast),
      border-color var(--fast),
      transform var(--fast) var(--ease);
  }
  .btn:hover {
    background: var(--sunken);
  }
  .btn:active {
    transform: scale(0.97);
  }
  .btn:focus-visible {
    border-radius: var(--r-full);
  }
  .btn:disabled,
  .btn[aria-disabled="true"] {
    opacity: 0.55;
    cursor: not-allowed;
    transform: none;
  }
  .btn.primary {
    background: var(--accent);
    border-color: var(--accent);
    color: var(--on-accent);
  }
  .btn.primary:hover {
    background: var(--accent-hover);
    border-color: var(--accent-hover);
  }
  .btn.ok {
    background: var(--ok);
    border-color: var(--ok);
    color: var(--on-ok);
  }
  .btn.live {
    background: var(--live);
    border-color: var(--live);
    color: var(--on-live);
  }
  .btn.danger {
    color: var(--bad-ink);
    border-color: currentColor;
  }
  .btn.danger.filled {
    background: var(--bad);
    border-color: var(--bad);
    color: var(--on-bad);
  }
  .btn.quiet {
    background: transparent;
    border-color: transparent;
  }
  .btn.quiet:hover {
    background: var(--sunken);
  }
  /* Over the video. */
  .btn.glass {
    background: rgb(25 16 12 / 0.5);
    border-color: transparent;
    color: #fff;
    backdrop-filter: blur(10px);
  }
  .btn.glass:hover {
    background: rgb(25 16 12 / 0.75);
  }
  .btn.compact {
    font-size: var(--t-s);
    padding: 0 var(--s-3);
  }
  .btn.block {
    width: 100%;
  }
  .btn.icon-only {
    padding: 0;
    width: var(--tap);
  }
  .btn[aria-pressed="true"] {
    background: var(--ink);
    color: var(--paper);
    border-color: var(--ink);
  }

  .badge {
    display: inline-flex;
    align-items: center;
    gap: 0.3em;
    padding: 0.15em 0.6em;
    border-radius: var(--r-full);
    font-size: var(--t-xs);
    font-weight: var(--w-bold);
    line-height: 1.5;
    /* One line, unless that is wider than its place. */
    flex: none;
    max-width: 100%;
    overflow-wrap: anywhere;
    background: var(--sunken);
    color: var(--ink-2);
  }
  .badge.live {
    background: var(--live);
    color: var(--on-live);
    letter-spacing: 0.06em;
    text-transform: uppercase;
  }
  .badge.ok {
    background: var(--ok-soft);
    color: var(--ok-ink);
  }
  .badge.warn {
    background: var(--warn-soft);
    color: var(--warn-ink);
  }
  .badge.bad {
    background: var(--bad-soft);
    color: var(--bad-ink);
  }
  .badge.staff {
    background: var(--staff-soft);
    color: var(--staff-ink);
  }
  .badge.accent {
    background: var(--accent-soft);
    color: var(--accent-ink);
  }

  .card {
    background: var(--surface);
    border: 1px solid var(--line);
    border-radius: var(--r-m);
  }

  /* The hang tag: an item's short number, as on the garment. */
  .hangtag {
    display: inline-flex;
    align-items: center;
    min-width: 2.5em;
    padding: 0.1em 0.55em 0.1em 1.15em;
    position: relative;
    font: 700 var(--t-s)/1.5 var(--font-text);
    font-variant-numeric: tabular-nums;
    background: var(--accent-soft);
    color: var(--accent-ink);
    clip-path: polygon(0.6em 0, 100% 0, 100% 100%, 0.6em 100%, 0 50%);
  }
  .hangtag::before {
    content: "";
    position: absolute;
    left: 0.5em;
    top: 50%;
    width: 0.36em;
    height: 0.36em;
    margin-top: -0.18em;
    border-radius: 50%;
    background: var(--surface);
  }
  @media (prefers-reduced-motion: reduce) {
    *,
    *::before,
    *::after {
      animation-duration: 1ms !important;
      transition: none !important;
      scroll-behavior: auto !important;
    }
  }
`;
