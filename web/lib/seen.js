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
  document.addEventListener("visibilitychange", seen);
  addEventListener("pageshow", seen);
  return () => {
    document.removeEventListener("visibilitychange", seen);
    removeEventListener("pageshow", seen);
  };
}
