// @ts-check
/** Sending what camera and microphone give: from opening them to the figures of the stream. */
import { Awake } from "/web/lib/awake.js";
import { WhipPublisher } from "/web/lib/whip.js";
import { Capture, captureProblem } from "/web/features/broadcast/capture.js";

const STATS_MS = 2_000;
/** The picture needs a moment to become as good as the network allows. */
const WARM_UP_MS = 10_000;

/** Keeps the broadcast of its component: the component is rendered again when anything changes. */
export class SendingController {
  /**
   * @param {import("/web/vendor/lit.js").ReactiveElement} host
   * @param {(state: string) => unknown} told  what to do when the publisher is in another state
   */
  constructor(host, told) {
    this.host = host;
    this.told = told;
    this.capture = new Capture();
    this.publisher = new WhipPublisher();
    // A phone that goes to sleep takes its camera along.
    this.awake = new Awake();
    /** State of the publisher, "" before and after. */
    this.media = "";
    this.problem = "";
    /** @type {import("/web/lib/whip.js").PublishStats | null} */
    this.stats = null;
    /** Somebody else is broadcasting. */
    this.occupied = false;
    this.timer = 0;
    /** Until when bad figures mean nothing. */
    this.warm = 0;
    this.onUnload = (/** @type {BeforeUnloadEvent} */ event) => {
      if (this.publishing) event.preventDefault();
    };
    this.capture.addEventListener("change", () => {
      this.awake.keep(this.on);
      host.requestUpdate();
    });
    this.publisher.addEventListener("state", (event) =>
      this.#published(/** @type {CustomEvent} */ (event).detail),
    );
    host.addController(this);
  }

  hostConnected() {
    this.timer = window.setInterval(async () => {
      if (this.media !== "live") return;
      this.stats = await this.publisher.getStats();
      this.host.requestUpdate();
    }, STATS_MS);
    addEventListener("beforeunload", this.onUnload);
  }

  hostDisconnected() {
    clearInterval(this.timer);
    removeEventListener("beforeunload", this.onUnload);
    void this.publisher.stop();
    this.capture.close();
  }

  /** Whether camera and microphone are open. */
  get on() {
    return this.capture.stream !== null;
  }

  get publishing() {
    return ["connecting", "live", "reconnecting"].includes(this.media);
  }

  /** Whether it has only just begun. */
  get warming() {
    return performance.now() < this.warm;
  }

  /**
   * Open camera and microphone, or others than now.
   *
   * @param {Parameters<Capture["open"]>[0]} [want]
   */
  open(want) {
    return this.#use(() => this.capture.open(want));
  }

  /** Turn to the camera on the other side. */
  flip() {
    return this.#use(() => this.capture.flip());
  }

  /** @param {() => Promise<MediaStream>} open */
  async #use(open) {
    this.problem = "";
    try {
      const stream = await open();
      if (!this.publishing) return;
      for (const track of stream.getTracks()) await this.publisher.replaceTrack(track);
    } catch (error) {
      this.problem = captureProblem(error);
    } finally {
      this.host.requestUpdate();
    }
  }

  /**
   * Send what is open.
   *
   * @param {string} show  its id
   * @param {boolean} takeover  in place of whoever sends now
   */
  publish(show, takeover) {
    const { stream } = this.capture;
    if (!stream) return;
    this.problem = "";
    this.occupied = false;
    this.publisher.publish(stream, { url: `/whip/${show}`, takeover, preferH264: true });
  }

  /** End the broadcast and turn the camera off. */
  async close() {
    this.occupied = false;
    await this.publisher.stop();
    this.capture.close();
    this.media = "";
    this.host.requestUpdate();
  }

  /** @param {{state: string, code: string, message: string}} detail */
  #published({ state, code, message }) {
    this.media = state === "ended" ? "" : state;
    if (state === "error") {
      if (code === "already_publishing") this.occupied = true;
      else this.problem = message || "The server did not take the stream. Try again.";
    }
    if (state === "live") this.warm = performance.now() + WARM_UP_MS;
    this.host.requestUpdate();
    this.told(state);
  }
}
