// WHIP and WHEP clients of others, under names that do not collide, in one module for a page.
export { WHIPClient as MedoozeWhip } from "whip-whep/whip.js";
export { WHEPClient as MedoozeWhep } from "whip-whep/whep.js";
export { WHIPClient as EyevinnWhip } from "@eyevinn/whip-web-client";
export { WebRTCPlayer as EyevinnPlayer } from "@eyevinn/webrtc-player";
