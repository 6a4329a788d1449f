// @ts-check
import { nothing } from "/web/vendor/lit.js";
import { RoomElement } from "/web/lib/room.js";
import { toast } from "/web/components/ls-toast.js";

/** Says when somebody else of the team whispers, whatever is on the screen. */
export class LsWhisperBell extends RoomElement {
  constructor() {
    super();
    this.follow("log", (event) => this.#heard(event.detail));
  }

  /** @param {import("/web/lib/protocol.js").ShowEvent[]} events */
  #heard(events) {
    for (const { type, data } of events)
      if (type === "chat.whispered" && data.user.id !== this.mine?.user.id)
        toast(`Team only, @${data.user.handle}: ${data.text}`);
  }

  render() {
    return nothing;
  }
}
customElements.define("ls-whisper-bell", LsWhisperBell);
