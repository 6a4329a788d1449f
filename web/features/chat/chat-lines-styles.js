// @ts-check
/** How the lines of a chat look, in a column and over the video. */
import { css } from "/web/vendor/lit.js";

export const styles = css`
  :host {
    position: relative;
    display: flex;
    flex-direction: column;
    min-height: 0;
  }
  .lines {
    flex: 1;
    min-height: 0;
    overflow-y: auto;
    overscroll-behavior: contain;
    padding: var(--s-3) var(--s-3) var(--s-2);
    display: flex;
    flex-direction: column;
  }
  ol {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 2px;
    margin-top: auto;
  }
  .lines:focus-visible {
    outline-offset: -3px;
  }
  li {
    font-size: var(--t-s);
    line-height: 1.38;
  }
  /* It has changed under a finger: its place does not. */
  .held {
    height: var(--held);
    overflow: hidden;
  }
  .tap {
    display: flex;
    gap: var(--s-2);
    width: 100%;
    padding: var(--s-1) var(--s-2);
    border: 0;
    border-radius: var(--r-s);
    background: none;
    text-align: left;
    font: inherit;
  }
  button.tap {
    cursor: pointer;
  }
  button.tap:hover {
    background: var(--sunken);
  }
  @media (pointer: coarse) {
    button.tap {
      min-height: var(--tap);
    }
  }
  ls-avatar {
    --size: 1.625rem;
    margin-top: 0.05rem;
  }
  .what {
    min-width: 0;
    overflow-wrap: anywhere;
  }
  .who {
    color: var(--ink-2);
    font-weight: var(--w-bold);
  }
  .by-staff .who {
    color: var(--staff-ink);
  }
  .role {
    display: inline-block;
    margin-left: 0.35em;
    padding: 0 0.45em;
    border-radius: var(--r-full);
    background: var(--staff-soft);
    color: var(--staff-ink);
    font-size: 0.6875rem;
    font-weight: var(--w-bold);
    line-height: 1.5;
  }
  .text {
    display: inline;
    margin-left: 0.25em;
  }
  mark {
    background: none;
    color: var(--accent-ink);
    font-weight: var(--w-bold);
  }
  mark.me {
    background: var(--accent-soft);
    border-radius: 0.3em;
    padding: 0 0.2em;
  }
  .for-me .tap {
    background: var(--accent-soft);
  }
  .for-me mark.me {
    padding: 0;
  }
  .announced .tap {
    background: var(--staff-soft);
  }
  .deleted .text {
    color: var(--ink-2);
  }
  .system {
    display: flex;
    padding: 0.15rem var(--s-2);
  }
  .system span {
    min-width: 0;
    overflow-wrap: anywhere;
    padding: 0.1rem 0.65rem;
    border-radius: 0.85rem;
    background: var(--sunken);
    color: var(--ink-2);
    font-weight: var(--w-medium);
  }
  .system.ok span {
    background: var(--ok-soft);
    color: var(--ok-ink);
  }
  .system.warn span {
    background: var(--warn-soft);
    color: var(--warn-ink);
  }
  .system.live span {
    background: var(--accent-soft);
    color: var(--accent-ink);
  }
  .jump {
    position: absolute;
    bottom: var(--s-2);
    left: 50%;
    transform: translateX(-50%);
    display: inline-flex;
    align-items: center;
    gap: var(--s-1);
    min-height: var(--tap);
    padding: 0 var(--s-4);
    border: 0;
    border-radius: var(--r-full);
    background: var(--ink);
    color: var(--paper);
    font-weight: var(--w-bold);
    font-size: var(--t-s);
    box-shadow: var(--shadow-2);
    cursor: pointer;
  }

  .jump.high {
    top: var(--s-2);
    bottom: auto;
  }

  /* Over the video: light on a shade, whatever the scheme. */
  :host([overlay]) {
    color: #fff;
  }
  :host([overlay]) {
    overflow: hidden;
  }
  :host([overlay]) .lines {
    padding: var(--s-6) var(--s-1) var(--s-1);
    mask-image: linear-gradient(to bottom, transparent, #000 min(3rem, 50%));
    scrollbar-width: none;
  }
  :host([overlay]) li {
    text-shadow: 0 1px 3px rgb(0 0 0 / 0.7);
  }
  :host([overlay]) .who {
    color: #f3d9c6;
  }
  :host([overlay]) .by-staff .who {
    color: #ffd0f0;
  }
  :host([overlay]) .role {
    background: #f6dcef;
    color: #4d1c3f;
    text-shadow: none;
  }
  :host([overlay]) mark {
    color: #ffc4a8;
  }
  :host([overlay]) .for-me .tap,
  :host([overlay]) mark.me {
    background: rgb(160 46 16 / 0.66);
    color: #fff;
  }
  :host([overlay]) .announced .tap {
    background: rgb(84 32 72 / 0.78);
  }
  :host([overlay]) button.tap:hover {
    background: rgb(255 255 255 / 0.12);
  }
  :host([overlay]) .deleted .text {
    color: #e6d8cd;
  }
  :host([overlay]) .system span {
    text-shadow: none;
    background: rgb(30 20 16 / 0.62);
    color: #fbeee2;
  }
  :host([overlay]) .system.ok span {
    background: rgb(16 72 52 / 0.82);
    color: #d8ffec;
  }
  :host([overlay]) .system.warn span {
    background: rgb(84 54 8 / 0.82);
    color: #ffe9bd;
  }
  :host([overlay]) .system.live span {
    background: rgb(150 14 48 / 0.82);
    color: #ffe7ec;
  }
`;
