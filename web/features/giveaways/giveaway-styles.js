// @ts-check
import { css } from "/web/vendor/lit.js";

/** The card of a giveaway, for viewers and in the studio. */
export const card = css`
  section {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: var(--s-2);
    padding: var(--s-2) var(--s-3) var(--s-3);
    border: 1px solid var(--line);
    border-radius: var(--r-m);
    background: var(--surface);
    color: var(--ink);
  }
  header {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: var(--s-1) var(--s-2);
    min-height: var(--tap);
  }
  header .grow {
    flex: 1 1 6rem;
  }
  h2,
  h3 {
    font-size: var(--t-l);
    overflow-wrap: anywhere;
  }
  summary {
    min-height: var(--tap);
    display: flex;
    align-items: center;
    font-size: var(--t-s);
    cursor: pointer;
  }
  .rules {
    white-space: pre-line;
    overflow-wrap: anywhere;
    max-height: 12rem;
    overflow-y: auto;
    font-size: var(--t-s);
  }
  .in,
  .won {
    display: flex;
    align-items: center;
    gap: var(--s-2);
    min-height: var(--tap);
    color: var(--ok-ink);
    font-weight: var(--w-bold);
  }
  a {
    overflow-wrap: anywhere;
  }
`;
