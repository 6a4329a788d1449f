// @ts-check
/** How fields look that one writes in or chooses from. */
import { css } from "/web/vendor/lit.js";

/** Text fields, selects and text areas inside of `ls-field` or bare. */
export const fields = css`
  input:not([type="checkbox"], [type="radio"], [type="range"], [type="file"]),
  textarea,
  select {
    width: 100%;
    min-height: var(--tap);
    padding: var(--s-2) var(--s-3);
    padding-inline-end: var(--room, var(--s-3));
    border: 1.5px solid var(--line-2);
    border-radius: var(--r-s);
    background: var(--surface);
    color: var(--ink);
  }
  textarea {
    min-height: 6rem;
    resize: vertical;
    line-height: var(--lh);
  }
  input::placeholder,
  textarea::placeholder {
    color: var(--ink-2);
    opacity: 0.85;
  }
  input:focus,
  textarea:focus,
  select:focus {
    outline: 3px solid var(--focus);
    outline-offset: 0;
    border-color: transparent;
  }
  [aria-invalid="true"] {
    border-color: var(--bad-ink) !important;
  }
  input[type="checkbox"],
  input[type="radio"] {
    width: 1.25rem;
    height: 1.25rem;
    accent-color: var(--accent);
  }
  /* Two beside one another, as long as both have room. */
  .pair {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(min(100%, max(8.5rem, 40%)), 1fr));
    gap: var(--s-3);
    align-items: start;
  }
  .search {
    position: relative;
    display: block;
  }
  .search > .icon {
    position: absolute;
    left: 0.85rem;
    top: 0.8rem;
    color: var(--ink-2);
  }
  .search > input {
    padding-left: 2.6rem;
    border-radius: var(--r-full);
  }
`;
