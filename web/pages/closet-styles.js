// @ts-check
/** How a closet looks. */
import { css } from "/web/vendor/lit.js";

export const styles = css`
  .grid {
    display: grid;
    grid-template-columns: repeat(2, minmax(0, 1fr));
    gap: var(--s-5) var(--s-3);
  }
  .archived {
    display: inline-flex;
    align-items: center;
    gap: var(--s-3);
    min-height: var(--tap);
    margin-top: var(--s-5);
    color: var(--ink-2);
    cursor: pointer;
  }
  .archived input {
    width: 1.25rem;
    height: 1.25rem;
    accent-color: var(--accent);
  }
  .new {
    width: 100%;
  }
  .shows {
    display: grid;
    gap: var(--s-3);
  }
  .shows ls-show-card[variant="tile"] {
    max-width: 15rem;
  }
  @media (min-width: 700px) {
    .grid {
      grid-template-columns: repeat(auto-fill, minmax(13rem, 1fr));
      gap: var(--s-6) var(--s-4);
    }
    .new {
      width: auto;
    }
    .tabs {
      max-width: 24rem;
    }
  }
`;
