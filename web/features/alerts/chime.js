// @ts-check
/** Two short notes, quiet enough to be no part of a broadcast. */

const NOTES = [880, 1175];
const NOTE_S = 0.12;
const LOUDNESS = 0.08;

/** @type {AudioContext | null} */
let audio = null;

/** Sound once; a browser that nobody has touched yet stays silent. */
export function chime() {
  audio ??= new AudioContext();
  void audio.resume();
  NOTES.forEach((pitch, n) => note(/** @type {AudioContext} */ (audio), pitch, n * NOTE_S));
}

/** @param {AudioContext} to @param {number} pitch in Hz @param {number} after seconds from now */
function note(to, pitch, after) {
  const start = to.currentTime + after;
  const tone = new OscillatorNode(to, { frequency: pitch });
  const volume = new GainNode(to, { gain: 0 });
  volume.gain.linearRampToValueAtTime(LOUDNESS, start + 0.02);
  volume.gain.linearRampToValueAtTime(0, start + NOTE_S);
  tone.connect(volume).connect(to.destination);
  tone.start(start);
  tone.stop(start + NOTE_S);
}
