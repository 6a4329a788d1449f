// @ts-check
/** How a cart looks. */
import { css } from "/web/vendor/lit.js";

export const styles = css`
  :host {
    display: grid;
    gap: var(--s-5);
  }
  .tight {
    gap: 0;
  }
  .columns {
    display: grid;
    gap: var(--s-5);
    align-items: start;
    grid-template-columns: minmax(0, 1fr);
  }
  .note.accent {
    align-items: center;
  }
  .first {
    order: -1;
  }
  @media (min-width: 900px) {
    .columns {
      grid-template-columns: minmax(0, 1fr) 26rem;
      gap: var(--s-6);
    }
    aside {
      position: sticky;
      top: calc(var(--bar) + var(--s-4));
    }
    .first {
      order: 0;
    }
  }
`;
