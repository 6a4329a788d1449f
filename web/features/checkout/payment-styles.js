// @ts-check
/** How a payment looks, up to its outcome. */
import { css } from "/web/vendor/lit.js";

export const styles = css`
  .outcome {
    display: grid;
    justify-items: center;
    gap: var(--s-3);
    text-align: center;
    padding: var(--s-4) 0;
  }
  .mark {
    display: grid;
    place-items: center;
    width: 4.5rem;
    height: 4.5rem;
    border-radius: 50%;
    font-size: 1.75rem;
    background: var(--sunken);
  }
  .mark.ok {
    background: var(--ok);
    color: var(--on-ok);
    animation: pop var(--calm) var(--ease);
  }
  .mark.bad {
    background: var(--bad-soft);
    color: var(--bad-ink);
  }
  .orders {
    display: grid;
    gap: var(--s-2);
    width: 100%;
  }
  .spin {
    width: 3rem;
    height: 3rem;
    border-radius: 50%;
    border: 4px solid var(--sunken);
    border-top-color: var(--accent);
    animation: spin 1s linear infinite;
  }
  .note ls-countdown {
    font-size: var(--t-l);
  }
  @keyframes spin {
    to {
      rotate: 1turn;
    }
  }
  @keyframes pop {
    from {
      scale: 0.6;
      opacity: 0;
    }
  }
  @media (prefers-reduced-motion: reduce) {
    .spin {
      animation: none !important;
      border-top-color: var(--line-2);
    }
  }
`;
