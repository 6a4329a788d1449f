// @ts-check
/**
 * The sheet of pages: the column, headings, sections, notes. `static styles = [shared, page,
 * css`…`]`.
 */
import { css } from "/web/vendor/lit.js";

export const page = css`
  main {
    max-width: var(--page);
    margin: 0 auto;
    padding: var(--s-5) var(--s-4) var(--s-8);
    display: grid;
    gap: var(--s-6);
    align-content: start;
  }
  main > *,
  main > .contents > * {
    min-width: 0;
  }
  h1 {
    font-size: var(--t-2xl);
    text-wrap: balance;
  }
  h2 {
    font-size: var(--t-xl);
  }
  h3 {
    font-size: var(--t-l);
  }
  .head {
    display: flex;
    align-items: center;
    flex-wrap: wrap;
    gap: var(--s-3);
    justify-content: space-between;
  }
  .lead {
    color: var(--ink-2);
    max-width: 38rem;
    text-wrap: pretty;
  }
  .panel {
    background: var(--surface);
    border: 1px solid var(--line);
    border-radius: var(--r-l);
    padding: var(--s-5) var(--s-4);
    display: grid;
    gap: var(--s-4);
    align-content: start;
  }
  .panel > * {
    min-width: 0;
  }
  .actions {
    display: flex;
    flex-wrap: wrap;
    gap: var(--s-3);
    align-items: center;
  }
  .note {
    display: flex;
    gap: var(--s-3);
    padding: var(--s-3) var(--s-4);
    border-radius: var(--r-m);
    background: var(--sunken);
    color: var(--ink);
    font-size: var(--t-s);
  }
  .note.warn {
    background: var(--warn-soft);
    color: var(--warn-ink);
  }
  .note.ok {
    background: var(--ok-soft);
    color: var(--ok-ink);
  }
  .note.bad {
    background: var(--bad-soft);
    color: var(--bad-ink);
  }
  .note.accent {
    background: var(--accent-soft);
    color: var(--accent-ink);
  }
  .note .icon {
    margin-top: 0.1em;
  }
  .two {
    display: grid;
    gap: var(--s-4);
  }
  .quietlink {
    display: inline-flex;
    align-items: center;
    min-height: var(--tap);
    gap: var(--s-2);
    font-weight: var(--w-medium);
    overflow-wrap: anywhere;
  }
  details > summary {
    display: flex;
    align-items: center;
    gap: var(--s-2);
    min-height: var(--tap);
    cursor: pointer;
    font-weight: var(--w-bold);
    list-style: none;
  }
  details > summary::-webkit-details-marker {
    display: none;
  }
  details > summary .icon {
    transition: transform var(--fast);
  }
  details[open] > summary .icon {
    transform: rotate(90deg);
  }
  details > .stack {
    padding-top: var(--s-3);
  }
  .wait {
    display: grid;
    place-items: center;
    min-height: 40dvh;
    color: var(--ink-2);
  }
  @media (min-width: 560px) {
    .two {
      grid-template-columns: 1fr 1fr;
    }
  }
  @media (min-width: 700px) {
    main {
      padding: var(--s-6) var(--s-5) var(--s-8);
    }
    .panel {
      padding: var(--s-5);
    }
  }
`;
