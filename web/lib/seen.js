// @ts-check

/**
 * Call `back` whenever the page is looked at again, also when it came back from the history: not
 * every browser says that such a page is visible again, too. A page that was out of sight stood
 * still, with its timers.
 *
 * @param {() => void} back
 * @returns {() => void} what ends it
 */
export function onSeen(back) {
  const seen = () => {
    if (!document.hidden) back();
  };
  /** @param {PageTransitionEvent} event */
  const shown = (event) => event.persisted && seen();
  document.addEventListener("visibilitychange", seen);
  addEventListener("pageshow", shown);
  return () => {
    document.removeEventListener("visibilitychange", seen);
    removeEventListener("pageshow", shown);
  };
}

/**
 * Call `work` every so many `ms` while the page is looked at, and when it is again.
 *
 * @param {number} ms
 * @param {() => void} work
 * @returns {() => void} what ends it
 */
export function everyWhileSeen(ms, work) {
  const timer = window.setInterval(() => document.hidden || work(), ms);
  const stop = onSeen(work);
  return () => {
    clearInterval(timer);
    stop();
  };
}

/**
 * Do something as long as a component is in the page.
 *
 * @param {import("/web/vendor/lit.js").ReactiveElement} host
 * @param {() => () => void} start  begins it, and returns what ends it
 */
export function whileConnected(host, start) {
  let stop = () => {};
  host.addController({
    hostConnected: () => (stop = start()),
    hostDisconnected: () => stop(),
  });
}
