"""The figures of a show in plain words."""

from __future__ import annotations

from collections.abc import Mapping

from liveshow.relay.stats import Connections, Picture, ShowStats

# Viewers, and their share, with a weak connection that is no chance: they share the server.
CROWD, CROWD_SHARE = 5, 0.5

# What is wrong with what a publisher sends, and what helps (``publishing.troubles``).
TROUBLES: Mapping[str, str] = {
    "too_long": (
        "The encoder's packets are too long to be passed on. "
        "Set its MTU or packet size to 1,200 bytes."
    ),
    "unknown_type": (
        "Some of what the encoder sends was not agreed on and is left out. "
        "Start the broadcast again, with H.264 or VP8 and Opus."
    ),
    "unknown_source": (
        "Packets arrive that belong to nothing in the encoder's offer and are left out. "
        "Start the broadcast again; if that does not help, without simulcast."
    ),
    "malformed": "Packets of the encoder that cannot be read are left out. Try another encoder.",
    "no_parameter_sets": (
        "The picture comes without SPS and PPS, so nobody can decode it. "
        "Have the encoder repeat them with every keyframe."
    ),
    "no_keyframes": (
        "The encoder sends no keyframe, so whoever joins sees nothing. "
        "Set its keyframe interval to 2 seconds, and turn intra refresh off."
    ),
    "b_frames": (
        "The encoder sends B-frames, which make the picture jerk in browsers. "
        "Turn them off: B-frames 0, or tune “zerolatency”."
    ),
}


# With these it would be a lie that viewers see the full picture.
_UNUSABLE = frozenset({"no_parameter_sets", "no_keyframes"})


def summary(stats: ShowStats, *, own: bool = False) -> str:
    """Say in plain words how a show reaches its viewers, in one or two sentences.

    ``own``: the reader is the host. A fault at the source comes first, because all viewers suffer
    from it.
    """
    publisher = stats.publisher
    sentences = [TROUBLES[trouble] for trouble in publisher.troubles] if publisher else []
    if not stats.live:
        silent = "No picture is arriving." if publisher else "Nothing is being broadcast."
        return " ".join([silent, *sentences])
    if publisher is not None and publisher.lossy:
        whose = "Your own connection" if own else "The host's connection"
        sentences.append(f"{whose} loses {_percent(publisher.loss)} of the picture.")
    if stats.audio is not None and not stats.picture:
        sentences.append("Only sound arrives, no picture.")
    unusable = publisher is not None and not _UNUSABLE.isdisjoint(publisher.troubles)
    if not unusable and (stats.seeing.total or not stats.viewers):
        sentences.append(_about_viewers(stats.seeing, bool(stats.picture) or not stats.audio))
    sentences += _about_blind(stats.blind, stats.picture, unusable)
    return " ".join(sentences)


def _about_blind(blind: Mapping[Picture, int], codec: str, unusable: bool) -> list[str]:
    """Say how many see nothing. It is neither the host's fault nor that of their connection.

    ``unusable``: it was said already that nobody can decode the picture.
    """
    sentences = []
    if count := blind["no_codec"]:
        what = {"H264": "H.264"}.get(codec, codec)
        whose = "The browser of 1 viewer does" if count == 1 else f"The browsers of {count} do"
        sentences.append(f"{whose} not play {what}: only the sound is heard there.")
    if (count := blind["undecodable"]) and not unusable:
        whose = "The browser of 1 viewer" if count == 1 else f"The browsers of {count}"
        sentences.append(f"{whose} cannot decode the picture, although it arrives.")
    return sentences


def _about_viewers(connections: Connections, picture: bool) -> str:
    total, weak, fair = connections.total, connections.weak, connections.fair
    if total == 0:
        return "No viewers at the moment."
    if weak:
        sentence = f"{_viewers(weak, total)} a weak connection{_share(weak, total)}"
        if weak >= CROWD and weak > total * CROWD_SHARE:
            return f"{sentence}: the server's own network may be at its limit."
        return f"{sentence}."
    if fair:
        return f"{_viewers(fair, total)} a slower connection{_share(fair, total)}. They keep up."
    if total == 1:
        return "The one viewer sees the full picture." if picture else "The one viewer hears it."
    all_of_them = f"{'Both' if total == 2 else f'All {total}'} viewers"
    return f"{all_of_them} see the full picture." if picture else f"{all_of_them} hear it."


def _viewers(count: int, total: int) -> str:
    if count == total:
        return "The one viewer has" if count == 1 else f"All {count} viewers have"
    return f"{count} viewer has" if count == 1 else f"{count} viewers have"


def _share(count: int, total: int) -> str:
    return "" if count == total else f", {_percent(count / total)} of all"


def _percent(share: float) -> str:
    """Write a share so that something never reads 0 %, and a part never 100 %."""
    if share < 0.01:
        return "less than 1 %"
    return f"{min(round(share * 100), 99 if share < 1 else 100)} %"
