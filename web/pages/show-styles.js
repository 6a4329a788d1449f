// @ts-check
/** How the page of a show is laid out: a phone, a phone on its side, columns. */
import { css } from "/web/vendor/lit.js";

export const styles = css`
  .shade {
    position: absolute;
    inset: 0;
    pointer-events: none;
    background:
      linear-gradient(rgb(20 10 6 / 0.55), transparent 8rem),
      linear-gradient(to top, rgb(20 10 6 / 0.78), rgb(20 10 6 / 0.35) 22rem, transparent 30rem);
  }
  .lost {
    position: absolute;
    top: calc(var(--s-3) + env(safe-area-inset-top) + 3.25rem);
    left: 50%;
    width: max-content;
    max-width: calc(100% - 2 * var(--s-3));
    transform: translateX(-50%);
    z-index: 4;
    padding: var(--s-2) var(--s-4);
    border-radius: var(--r-l);
    background: var(--warn-soft);
    color: var(--warn-ink);
    font-size: var(--t-s);
    font-weight: var(--w-bold);
    text-align: center;
    text-wrap: balance;
    box-shadow: var(--shadow-2);
  }

  .phone {
    position: fixed;
    inset: 0;
    height: 100dvh;
    overflow: hidden;
    max-width: 40rem;
    margin: 0 auto;
    background: #1a100b;
    box-shadow: 0 0 0 100vmax #1a100b;
    /* What the header and the tools take of the height: nothing else comes there. */
    --header: calc(4.25rem + env(safe-area-inset-top));
    --tools: calc(var(--header) + var(--tap) + var(--s-2));
    --over: var(--tools);
  }
  .phone .lost {
    top: var(--tools);
  }
  .phone:has(.lost) {
    --over: calc(var(--tools) + 3.75rem);
  }
  .phone:has(ls-stage[told]) {
    --over: calc(var(--tools) + 2.75rem);
  }
  .phone ls-stage {
    position: absolute;
    inset: 0;
    --high: var(--tools);
  }
  .phone:has(.lost) ls-stage {
    --high: calc(var(--tools) + 3.75rem);
  }
  .phone:has(.lost):has(ls-stage[told]) {
    --over: calc(var(--tools) + 6.5rem);
  }
  /* Percentages of a padding are of the width, so the height is spelled out. */
  .phone.quiet {
    --chat-height: 17dvh;
    /* Whoever writes in a break looks for their line. */
    --chat-least: 2.75rem;
  }
  .phone.quiet ls-stage {
    --low: 50dvh;
  }
  .phone.quiet .low {
    max-height: 50dvh;
  }
  @media (min-height: 780px) {
    .phone.quiet ls-stage {
      --low: 56dvh;
    }
    .phone.quiet .low {
      max-height: 56dvh;
    }
  }
  .phone .top {
    position: absolute;
    inset: env(safe-area-inset-top) 0 auto;
    padding: var(--s-3);
    z-index: 3;
  }
  .tools {
    position: absolute;
    right: var(--s-3);
    top: var(--header);
    z-index: 3;
    display: flex;
    gap: var(--s-2);
  }
  .low {
    position: absolute;
    inset: auto 0 0;
    max-height: calc(100% - var(--over));
    display: flex;
    flex-direction: column;
    padding: 0 var(--s-3) max(var(--s-3), env(safe-area-inset-bottom));
    z-index: 2;
  }
  .waiting .low {
    visibility: hidden;
  }
  /* Where the height is short the chat gives way first, then a poll; only then is this scrolled. */
  .between {
    display: flex;
    flex-direction: column;
    gap: var(--s-2);
    min-height: 0;
    margin: var(--s-2) calc(-1 * var(--s-3)) 0;
    padding: 0 var(--s-3);
    overflow-y: auto;
    scrollbar-width: none;
  }
  .rail {
    gap: 0.3rem;
    padding: 0 var(--s-3);
    min-height: 2.95rem;
    border-color: rgb(255 255 255 / 0.55);
  }
  .sheet {
    display: grid;
    height: min(76dvh, 44rem);
  }

  /* A phone on its side: the video keeps the left, the rest stands right. */
  @media (max-height: 500px) and (min-width: 600px) {
    .phone,
    .phone:has(.lost),
    .phone:has(ls-stage[told]) {
      max-width: none;
      --chat-height: 36dvh;
      --over: 0px;
    }
    .phone ls-stage,
    .phone.quiet ls-stage {
      right: min(24rem, 50%);
      --high: var(--header);
      --low: 0px;
    }
    .low,
    .phone.quiet .low {
      left: auto;
      max-height: 100%;
      width: min(24rem, 50%);
      padding-left: var(--s-3);
    }
    .phone .top {
      right: min(24rem, 50%);
    }
    .phone .lost {
      top: var(--header);
    }
    .tools {
      right: calc(min(24rem, 50%) + var(--s-3));
      display: grid;
    }
    .shade {
      display: none;
    }
  }

  .wide {
    display: grid;
    grid-template-rows: auto minmax(0, 1fr);
    height: 100dvh;
    background: var(--paper);
  }
  .wide main {
    display: grid;
    grid-template-columns: clamp(18rem, 25vw, 23rem) minmax(0, 1fr) clamp(18.5rem, 26vw, 24rem);
    min-height: 0;
  }
  .wide aside {
    display: flex;
    flex-direction: column;
    min-height: 0;
    background: var(--surface);
  }
  .items {
    gap: var(--s-3);
    padding: var(--s-4) var(--s-3) 0;
    border-right: 1px solid var(--line);
  }
  .items ls-item-list {
    flex: 1;
    min-height: 0;
    overflow-y: auto;
    padding-bottom: var(--s-4);
  }
  .middle {
    position: relative;
    display: grid;
    min-height: 0;
    min-width: 0;
    background: #1a100b;
  }
  .middle ls-stage {
    --fit: contain;
  }
  .middle .top {
    position: absolute;
    inset: 0 0 auto;
    padding: var(--s-4);
    z-index: 3;
  }
  .card-place {
    position: absolute;
    inset: auto var(--s-4) var(--s-5);
    max-width: 30rem;
    margin: 0 auto;
    z-index: 2;
  }
  .side {
    border-left: 1px solid var(--line);
    padding-top: var(--s-3);
  }
  /* As high as the tabs, which come when it is known who looks. */
  .side h2 {
    display: flex;
    align-items: center;
    min-height: 3.5rem;
    padding: var(--s-1) var(--s-4) var(--s-2);
    font-size: var(--t-l);
    border-bottom: 1px solid var(--line);
  }
  .side ls-tabs {
    margin: 0 var(--s-3) var(--s-2);
  }
  .side ls-chat {
    flex: 1;
  }
  .side ls-mod-panel {
    flex: 1;
    padding: 0 var(--s-3) var(--s-3);
  }
`;
