// @ts-check
/** How the host's camera and its controls look. */
import { css } from "/web/vendor/lit.js";

export const styles = css`
  :host {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: var(--s-3);
    align-content: start;
  }
  /* As high as its words need: what is only clipped, not scrolled, grows beyond its ratio. */
  .frame {
    position: relative;
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    overflow: clip;
    border-radius: var(--r-m);
    background: radial-gradient(120% 90% at 50% 20%, #4a2c1f, #1a100b 70%);
    color: #fff;
    aspect-ratio: var(--frame, 4 / 3);
  }
  video,
  ls-stage {
    position: absolute;
    inset: 0;
    width: 100%;
    height: 100%;
    object-fit: cover;
  }
  .mirrored {
    transform: scaleX(-1);
  }
  ls-show-top {
    position: absolute;
    inset: 0 0 auto;
    padding: var(--s-2) var(--s-3) var(--s-2) var(--s-2);
    background: linear-gradient(rgb(20 10 6 / 0.5), transparent);
  }
  .tools {
    position: absolute;
    inset: auto 0 0;
    display: flex;
    align-items: center;
    gap: var(--s-2);
    padding: var(--s-2) var(--s-3);
    background: linear-gradient(to top, rgb(20 10 6 / 0.6), transparent);
  }
  .frame:has(.health) .tools {
    bottom: 2.25rem;
  }
  .btn.light {
    color: #fff;
  }
  .btn.light:hover {
    background: rgb(255 255 255 / 0.14);
  }
  .off {
    padding: 3.5rem var(--s-3) var(--s-2);
    display: grid;
    place-content: center;
    justify-items: center;
    gap: var(--s-2);
    text-align: center;
  }
  .off .display {
    font-size: var(--t-xl);
  }
  .mark {
    display: grid;
    place-items: center;
    width: 3.5rem;
    height: 3.5rem;
    border: 2px solid;
    border-radius: 50%;
    font-size: 1.5rem;
  }
  .paused {
    position: absolute;
    inset: 50% var(--s-4) auto;
    transform: translateY(-50%);
    padding: var(--s-3);
    border-radius: var(--r-m);
    background: var(--warn-soft);
    color: var(--warn-ink);
    text-align: center;
    font-weight: var(--w-bold);
  }
  .health {
    position: absolute;
    inset: auto 0 0;
    display: flex;
    align-items: center;
    gap: var(--s-2);
    min-height: 2.25rem;
    padding: 0.3rem var(--s-3);
    background: rgb(20 12 8 / 0.8);
    font-size: var(--t-s);
    line-height: 1.25;
  }
  .health .num {
    font-size: var(--t-xs);
    color: #e8d6c8;
    white-space: nowrap;
  }
  .health i {
    flex: none;
    width: 0.7rem;
    height: 0.7rem;
    border-radius: 50%;
    background: #67d6a6;
  }
  .health.warn i {
    background: #f0b04a;
  }
  .health.bad i {
    background: #ff7d84;
  }
  .problem {
    display: flex;
    gap: var(--s-2);
    padding: var(--s-3);
    border-radius: var(--r-m);
    background: var(--bad-soft);
    color: var(--bad-ink);
    font-size: var(--t-s);
  }
  .takeover {
    display: flex;
    align-items: center;
    gap: var(--s-3);
    padding: var(--s-3);
    border-radius: var(--r-m);
    background: var(--warn-soft);
    color: var(--warn-ink);
  }
  .takeover .btn {
    flex: none;
  }
  .unseen {
    display: flex;
    gap: var(--s-2);
    padding: var(--s-2) var(--s-3);
    border-radius: var(--r-m);
    background: var(--ok-soft);
    color: var(--ok-ink);
    font-size: var(--t-s);
  }
  .controls {
    display: flex;
    flex-wrap: wrap;
    gap: var(--s-2);
  }
  .controls .grow {
    flex-basis: auto;
    min-width: auto;
  }
  .controls .btn {
    white-space: nowrap;
    padding: 0 var(--s-3);
  }
  /* A phone on its side: the picture leaves room for what is to be pressed. */
  @media (orientation: landscape) and (max-height: 500px) {
    .frame {
      aspect-ratio: auto;
      height: max(8rem, 100dvh - var(--above, 12rem));
    }
    .off {
      gap: 0;
    }
    .off .mark,
    .off .display {
      display: none;
    }
  }
  .big {
    min-height: 3.25rem;
    font-size: var(--t-l);
  }
`;
