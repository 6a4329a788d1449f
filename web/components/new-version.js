// @ts-check
/** Says that the server has a new version of the page. Drafts are there after a reload, too. */
import { version } from "/web/lib/version.js";
import { toast } from "/web/components/ls-toast.js";

/** As long as the page is open: what is missing stays missing. */
const STAYS = 86_400;

version.addEventListener("outdated", (event) => {
  const { missing, busy } = /** @type {CustomEvent} */ (event).detail;
  const text = !missing
    ? "There is a new version of this page."
    : busy
      ? "There is a new version. Reload in a break to open this."
      : "There is a new version. Reload to open this.";
  toast(text, {
    tone: missing ? "warn" : "plain",
    seconds: missing ? STAYS : 20,
    action: "Reload",
    run: () => location.reload(),
  });
});
