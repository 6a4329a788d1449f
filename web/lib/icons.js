// @ts-check
/**
 * Line icons, drawn for this product on a 24 grid; they take the colour and size of the text around
 * them.
 */
import { html, svg } from "/web/vendor/lit.js";

const SHAPES = {
  tag: svg`<path d="M12.6 3.5H20v7.4l-8.9 9.1a2 2 0 0 1-2.8 0L3.9 15.6a2 2 0 0 1 0-2.8z"/><circle cx="16" cy="7.6" r="1.4"/>`,
  bag: svg`<path d="M5 8.5h14l1 11.5H4z"/><path d="M8.6 11V7.2a3.4 3.4 0 0 1 6.8 0V11"/>`,
  heart: svg`<path d="M12 20s-7.5-4.6-8.6-9.6C2.6 6.6 5.2 4.4 8 4.7c1.9.2 3.2 1.4 4 2.8.8-1.4 2.1-2.6 4-2.8 2.8-.3 5.4 1.9 4.6 5.7C19.5 15.4 12 20 12 20z"/>`,
  search: svg`<circle cx="10.5" cy="10.5" r="6"/><path d="m15 15 5 5"/>`,
  close: svg`<path d="M6 6l12 12M18 6 6 18"/>`,
  check: svg`<path d="m4.5 12.5 5 5 10-11"/>`,
  plus: svg`<path d="M12 5v14M5 12h14"/>`,
  minus: svg`<path d="M5 12h14"/>`,
  chevron: svg`<path d="m9 5.5 6.5 6.5L9 18.5"/>`,
  down: svg`<path d="m5.5 9 6.5 6.5L18.5 9"/>`,
  up: svg`<path d="m5.5 15 6.5-6.5 6.5 6.5"/>`,
  back: svg`<path d="M15 5.5 8.5 12l6.5 6.5"/>`,
  send: svg`<path d="M4 11.5 20 4l-5 16.5-3.5-7z"/><path d="M11.5 13.5 20 4"/>`,
  pin: svg`<path d="M9 3.5h6l-.8 6 3.3 3.5H6.5l3.3-3.5z"/><path d="M12 13v7.5"/>`,
  clock: svg`<circle cx="12" cy="12" r="8"/><path d="M12 7.5V12l3 2"/>`,
  eye: svg`<path d="M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12z"/><circle cx="12" cy="12" r="2.7"/>`,
  shield: svg`<path d="M12 3.5 5 6v5.5c0 4.3 2.9 7.4 7 9 4.1-1.6 7-4.7 7-9V6z"/>`,
  mute: svg`<path d="M4 5.5h16v10.5h-8l-4.5 4v-4H4z"/><path d="m3 3 18 18"/>`,
  chat: svg`<path d="M4 5.5h16v10.5h-8l-4.5 4v-4H4z"/>`,
  ban: svg`<circle cx="12" cy="12" r="8"/><path d="m6.5 6.5 11 11"/>`,
  trash: svg`<path d="M5 7h14M10 7V4.5h4V7M7 7l.8 12.5h8.4L17 7"/>`,
  undo: svg`<path d="M8.5 5 4.5 9l4 4"/><path d="M4.5 9H14a5 5 0 0 1 0 10h-4"/>`,
  sound: svg`<path d="M4 9.5v5h3.5L12 19V5L7.5 9.5z"/><path d="M15.5 9a4.5 4.5 0 0 1 0 6M18 6.5a8 8 0 0 1 0 11"/>`,
  silent: svg`<path d="M4 9.5v5h3.5L12 19V5L7.5 9.5z"/><path d="m16 9.5 5 5m0-5-5 5"/>`,
  camera: svg`<rect x="3" y="6.5" width="12.5" height="11" rx="2"/><path d="m15.5 11 5.5-3.5v9L15.5 13"/>`,
  flip: svg`<path d="M5 9a7.5 7.5 0 0 1 13-2l1.5 1.5M19 15a7.5 7.5 0 0 1-13 2l-1.5-1.5"/><path d="M19.5 4.5v4h-4M4.5 19.5v-4h4"/>`,
  mic: svg`<rect x="9" y="3.5" width="6" height="10.5" rx="3"/><path d="M5.5 11.5a6.5 6.5 0 0 0 13 0M12 18v3"/>`,
  pause: svg`<path d="M8.5 5v14M15.5 5v14"/>`,
  play: svg`<path d="M7 4.5 19 12 7 19.5z"/>`,
  stop: svg`<rect x="6" y="6" width="12" height="12" rx="1.5"/>`,
  menu: svg`<path d="M4 7h16M4 12h16M4 17h16"/>`,
  dots: svg`<circle cx="5" cy="12" r="1"/><circle cx="12" cy="12" r="1"/><circle cx="19" cy="12" r="1"/>`,
  grip: svg`<path d="M9 6v.01M15 6v.01M9 12v.01M15 12v.01M9 18v.01M15 18v.01"/>`,
  user: svg`<circle cx="12" cy="8" r="4"/><path d="M4.5 20.5c1-4 4-6 7.5-6s6.5 2 7.5 6"/>`,
  people: svg`<circle cx="9" cy="8.5" r="3.5"/><path d="M2.5 20c.8-3.8 3.5-5.5 6.5-5.5s5.7 1.7 6.5 5.5M15.5 5.3a3.5 3.5 0 0 1 0 6.4M18 15c1.8.8 3 2.4 3.5 5"/>`,
  truck: svg`<path d="M2.5 6.5h11v10h-11zM13.5 10h4l4 3.5v3h-8z"/><circle cx="7" cy="17.5" r="1.8"/><circle cx="17.5" cy="17.5" r="1.8"/>`,
  hanger: svg`<path d="M12 9.5V8.3c1.5-.4 2.2-1.3 2.2-2.4A2.2 2.2 0 0 0 12 3.7a2.2 2.2 0 0 0-2.2 2.2"/><path d="M12 9.5 21 16c.9.7.5 2-.7 2H3.7c-1.2 0-1.6-1.3-.7-2z"/>`,
  list: svg`<path d="M9 6.5h11M9 12h11M9 17.5h11M4.5 6.5v.01M4.5 12v.01M4.5 17.5v.01"/>`,
  settings: svg`<path d="M4 7.5h9M17 7.5h3M4 16.5h3M11 16.5h9"/><circle cx="15" cy="7.5" r="2"/><circle cx="9" cy="16.5" r="2"/>`,
  link: svg`<path d="M10 14a4 4 0 0 0 5.7 0l3-3A4 4 0 0 0 13 5.3l-1 1M14 10a4 4 0 0 0-5.7 0l-3 3A4 4 0 0 0 11 18.7l1-1"/>`,
  info: svg`<circle cx="12" cy="12" r="8.5"/><path d="M12 11v5.5M12 7.5v.01"/>`,
  alert: svg`<path d="M12 4 21.5 20h-19z"/><path d="M12 10v4.5M12 17.5v.01"/>`,
  calendar: svg`<rect x="4" y="5.5" width="16" height="14.5" rx="2"/><path d="M4 10h16M8.5 3v4M15.5 3v4"/>`,
  box: svg`<path d="M12 3.5 20 8v8.5L12 21l-8-4.5V8z"/><path d="m4 8 8 4.5L20 8M12 12.5V21"/>`,
  photo: svg`<rect x="3.5" y="5" width="17" height="14" rx="2"/><circle cx="9" cy="10" r="1.6"/><path d="m4 17 5-4.5 3.5 3 3-2.5 5 4"/>`,
  signal: svg`<path d="M5 16.5v2.5M9.7 13v6M14.3 9v10M19 5v14"/>`,
  copy: svg`<rect x="8.5" y="8.5" width="11.5" height="11.5" rx="2"/><path d="M15.5 8.5V4H4v11.5h4.5"/>`,
  edit: svg`<path d="m4 20 1-4.5L16 4.5l3.5 3.5L8.5 19z"/>`,
  megaphone: svg`<path d="M4 10v4h3l9 4.5v-13L7 10z"/><path d="M8 14.5 9.5 20M19 9.5a4 4 0 0 1 0 5"/>`,
};

/** @typedef {keyof typeof SHAPES} IconName */

/**
 * Draw an icon; it is decoration, so say in words (or `aria-label`) what it stands for.
 *
 * @param {IconName | import("/web/vendor/lit.js").TemplateResult} shape
 *   its name, or its lines on a 24 grid if nobody else draws it
 */
export function icon(shape) {
  return html`<svg
    class="icon"
    viewBox="0 0 24 24"
    width="1.25em"
    height="1.25em"
    fill="none"
    stroke="currentColor"
    stroke-width="1.8"
    stroke-linecap="round"
    stroke-linejoin="round"
    aria-hidden="true"
    focusable="false"
  >
    ${typeof shape === "string" ? SHAPES[shape] : shape}
  </svg>`;
}
