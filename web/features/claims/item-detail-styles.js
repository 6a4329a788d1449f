// @ts-check
/** How the page of an item looks. */
import { css } from "/web/vendor/lit.js";

export const styles = css`
  :host {
    display: grid;
    gap: var(--s-4);
  }
  .photos {
    display: flex;
    gap: var(--s-2);
    overflow-x: auto;
    scroll-snap-type: x mandatory;
    margin: 0 calc(-1 * var(--s-5));
    padding: 0 var(--s-5);
    scrollbar-width: none;
  }
  .photos ls-photo {
    flex: none;
    width: min(62%, 18rem);
    scroll-snap-align: center;
    border-radius: var(--r-m);
    --ratio: 4 / 4.6;
  }
  h3 {
    font-size: var(--t-s);
    margin-bottom: var(--s-2);
  }
  .price {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: var(--s-3);
    font-size: var(--t-xl);
    font-weight: 750;
  }
  .price .hangtag {
    font-size: var(--t-m);
  }
  .owner {
    display: grid;
    grid-template-columns: auto 1fr auto;
    align-items: center;
    gap: var(--s-3);
    padding: var(--s-2) 0;
    color: var(--ink);
    text-decoration: none;
    border-block: 1px solid var(--line);
    line-height: 1.3;
    min-height: 3.5rem;
    overflow-wrap: anywhere;
  }
  .quantity {
    display: flex;
    align-items: center;
    justify-content: space-between;
  }
  .quantity h3 {
    margin: 0;
  }
  output {
    min-width: 2ch;
    text-align: center;
    font-weight: var(--w-bold);
    font-size: var(--t-l);
  }
  .cost {
    padding: var(--s-3) var(--s-4);
    border-radius: var(--r-m);
    background: var(--sunken);
    font-size: var(--t-s);
  }
  .cost p {
    display: flex;
    justify-content: space-between;
    gap: var(--s-4);
    padding: 0.2rem 0;
  }
  .cost em {
    display: block;
    font-style: normal;
    font-size: var(--t-xs);
    color: var(--ink-2);
  }
  .cost .sum {
    margin-top: var(--s-1);
    padding-top: var(--s-2);
    border-top: 1px dashed var(--line-2);
    font-weight: var(--w-bold);
    font-size: var(--t-m);
  }
  /* At the very end of the sheet, from edge to edge: nothing shows below it. */
  .act {
    position: sticky;
    bottom: calc(-1 * var(--end, 0px));
    margin: 0 calc(-1 * var(--s-5));
    padding: var(--s-2) var(--s-5) max(var(--s-3), env(safe-area-inset-bottom));
    border-top: 1px solid var(--line);
    background: var(--surface);
  }
  .together {
    margin-bottom: var(--s-2);
    text-align: center;
    font-size: var(--t-s);
  }
  .holds li {
    display: flex;
    align-items: center;
    gap: var(--s-2);
    min-height: 2.5rem;
    --size: 1.75rem;
    font-size: var(--t-s);
  }
  .holds ls-countdown {
    color: var(--warn-ink);
  }
  .about {
    display: grid;
    gap: var(--s-3);
  }
  .about p {
    white-space: pre-line;
  }
  dl {
    display: grid;
    grid-template-columns: auto 1fr;
    gap: var(--s-1) var(--s-5);
    font-size: var(--t-s);
  }
  dt {
    color: var(--ink-2);
  }
`;
