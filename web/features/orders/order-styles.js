// @ts-check
/** How an order looks, on a screen and on paper. */
import { css } from "/web/vendor/lit.js";

export const styles = css`
  :host {
    display: grid;
    gap: var(--s-5);
  }
  header p {
    margin-top: var(--s-2);
  }
  .columns {
    display: grid;
    gap: var(--s-5);
    align-items: start;
    grid-template-columns: minmax(0, 1fr);
  }
  .steps {
    display: grid;
    grid-template-columns: repeat(4, 1fr);
  }
  .steps li {
    position: relative;
    display: grid;
    justify-items: center;
    align-content: start;
    text-align: center;
    gap: 0.1rem;
    font-size: var(--t-s);
  }
  .steps li + li::before {
    content: "";
    position: absolute;
    top: 0.85rem;
    right: 50%;
    width: 100%;
    height: 3px;
    background: var(--line);
    z-index: 0;
  }
  .steps li.done + li.done::before {
    background: var(--ok);
  }
  .dot {
    position: relative;
    z-index: 1;
    display: grid;
    place-items: center;
    width: 1.85rem;
    height: 1.85rem;
    border-radius: 50%;
    background: var(--surface);
    border: 3px solid var(--line);
    margin-bottom: var(--s-1);
  }
  .done .dot {
    background: var(--ok);
    border-color: var(--ok);
    color: var(--on-ok);
  }
  .steps li:not(.done) b {
    color: var(--ink-2);
    font-weight: var(--w-medium);
  }
  .off .dot {
    border-style: dashed;
  }
  .turn {
    display: flex;
    align-items: center;
    gap: var(--s-2);
    flex-wrap: wrap;
  }
  .next {
    font-size: var(--t-l);
    font-family: var(--font-display);
  }
  .tracking {
    display: flex;
    align-items: center;
    gap: var(--s-3);
    padding-left: var(--s-4);
    min-height: 3rem;
    background: var(--sunken);
    border-radius: var(--r-m);
  }
  code {
    font-family: var(--font-mono);
    overflow-wrap: anywhere;
    user-select: all;
  }
  .line {
    display: flex;
    flex-wrap: wrap;
    gap: var(--s-3);
    padding: var(--s-3) 0;
    border-bottom: 1px solid var(--line);
  }
  .line:first-child {
    padding-top: 0;
  }
  .line:last-child {
    border-bottom: 0;
  }
  .line ls-photo {
    width: 3.75rem;
    flex: none;
    align-self: flex-start;
  }
  .line ls-promised {
    flex-basis: 100%;
  }
  address {
    display: grid;
    font-style: normal;
  }
  address span:first-child {
    font-weight: var(--w-bold);
  }
  dl {
    display: grid;
    gap: var(--s-2);
  }
  dl div {
    display: flex;
    justify-content: space-between;
    gap: var(--s-4);
    align-items: baseline;
  }
  dt {
    color: var(--ink-2);
  }
  dd {
    text-align: right;
    min-width: 0;
    overflow-wrap: anywhere;
  }
  .ledger dd {
    flex: none;
    white-space: nowrap;
  }
  .paid {
    padding-bottom: var(--s-2);
    border-bottom: 1px solid var(--line);
    font-weight: var(--w-bold);
  }
  .paid dt {
    color: inherit;
  }
  @media (min-width: 900px) {
    .columns {
      grid-template-columns: minmax(0, 1fr) 24rem;
    }
  }
  @media print {
    /* Paper has no grounds of ours: a mark in their colour would be white on white. */
    .done .dot {
      background: none;
      border-color: #000;
      color: #000;
    }
    .next,
    .ledger,
    .turn,
    .course .note,
    .steps li + li::before,
    details:not([open]),
    .tracking button {
      display: none;
    }
    .panel {
      border: 0;
      border-radius: 0;
      border-top: 1px solid #999;
      padding: 1rem 0;
      break-inside: avoid;
      background: none;
    }
    a {
      color: inherit;
      text-decoration: none;
    }
  }
  @media print and (min-width: 40rem) {
    .columns {
      grid-template-columns: minmax(0, 1fr) 14rem;
    }
  }
`;
