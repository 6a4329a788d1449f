// @ts-check
/** Reading `RTCPeerConnection.getStats()` (W3C webrtc-stats). */

/**
 * Find the statistics of a type and kind.
 *
 * @param {RTCStatsReport} report
 * @param {string} type
 * @param {string} [kind]
 * @returns {any[]}
 */
export function statistics(report, type, kind) {
  return [...report.values()].filter(
    (entry) => entry.type === type && (!kind || entry.kind === kind),
  );
}

/**
 * Find the one statistic of a type and kind.
 *
 * @param {RTCStatsReport} report
 * @param {string} type
 * @param {string} [kind]
 * @returns {any}
 */
export function statistic(report, type, kind) {
  return statistics(report, type, kind)[0] ?? null;
}

/**
 * The pair of candidates over which it goes, and how.
 *
 * @param {RTCStatsReport} report
 * @returns {{ pair: any, transport: "udp" | "tcp" | "" }}
 */
export function chosenPair(report) {
  const id = statistic(report, "transport")?.selectedCandidatePairId;
  // Firefox has no transport in its statistics.
  const pair = id
    ? report.get(id)
    : statistics(report, "candidate-pair").find((p) => p.nominated && p.state === "succeeded");
  return { pair: pair ?? null, transport: report.get(pair?.localCandidateId)?.protocol ?? "" };
}
