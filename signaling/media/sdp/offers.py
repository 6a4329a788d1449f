"""An offer: its one transport and its media sections."""

from __future__ import annotations

import re

from signaling.media.port import Offer
from signaling.media.sdp.lines import PASSWORD, TOKEN, UFRAG, Block, bad, read_blocks
from signaling.media.sdp.sections import read_extensions, read_section

_HASH_BYTES = {"sha-256": 32, "sha-384": 48, "sha-512": 64}


def parse_offer(text: str) -> Offer:
    """Read an offer. Raises ``Invalid("malformed_sdp")`` with the reason."""
    session, *media = read_blocks(text)
    if not media:
        bad("it has no media section")
    mids = _mids(media)
    group = _group(session)
    disabled = [
        # A section that shares a transport may have port 0, too (RFC 9143 §6).
        block.port == 0 and not (block.has("bundle-only") and mid in group)
        for block, mid in zip(media, mids, strict=True)
    ]
    lead = _lead(media, mids, group)
    ufrag, password = _ice(lead, session)
    for block, off in zip(media, disabled, strict=True):
        own = block.first("ice-ufrag")
        if own is not None and own != ufrag and block.is_media and not off:
            bad("its media sections are not bundled on one transport")
    setup = lead.first("setup") or session.first("setup") or "actpass"
    if setup not in ("actpass", "active", "passive"):
        bad("it must offer a=setup:actpass")
    fingerprints = _fingerprints(lead) or _fingerprints(session)
    if not fingerprints:
        bad("it has no fingerprint of SHA-256 or better")
    _check_extensions(
        [block for block, off in zip(media, disabled, strict=True) if block.is_media and not off],
        session,
        group,
    )
    return Offer(
        ufrag,
        password,
        fingerprints,
        tuple(
            read_section(block, session, mid, off)
            for block, mid, off in zip(media, mids, disabled, strict=True)
        ),
        group=group,
        passive=setup == "passive",
        lite=session.has("ice-lite"),
    )


def _mids(media: list[Block]) -> list[str]:
    """Return the mid of each section, empty for those without one (RFC 5888 §4)."""
    mids = [block.first("mid") or "" for block in media]
    named = [mid for mid in mids if mid]
    if not all(TOKEN.fullmatch(mid) for mid in named):
        bad("a mid is not valid")
    if len(set(named)) < len(named):
        bad("two media sections have one mid")
    return mids


def _group(session: Block) -> tuple[str, ...]:
    """Return the mids of the bundle in its order; of several the first: there is one port."""
    for value in session.all("group"):
        semantics, *mids = value.split() or [""]
        if semantics == "BUNDLE" and mids:
            return tuple(dict.fromkeys(mids))
    return ()


def _lead(media: list[Block], mids: list[str], group: tuple[str, ...]) -> Block:
    """Return the section whose transport is used: the tagged one (RFC 9143 §7.3.1)."""
    place = {mid: number for number, mid in enumerate(group)}
    order = sorted(range(len(media)), key=lambda number: place.get(mids[number], len(group)))
    able = [media[number] for number in order if media[number].port]
    return next((block for block in able if block.is_media), [*able, media[0]][0])


def _ice(lead: Block, session: Block) -> tuple[str, str]:
    ufrag = lead.first("ice-ufrag") or session.first("ice-ufrag") or ""
    password = lead.first("ice-pwd") or session.first("ice-pwd") or ""
    if not UFRAG.fullmatch(ufrag) or not PASSWORD.fullmatch(password):
        bad("it has no valid ice-ufrag and ice-pwd")
    return ufrag, password


def _fingerprints(block: Block) -> tuple[tuple[str, str], ...]:
    found: dict[tuple[str, str], None] = {}
    for value in block.all("fingerprint")[:8]:
        algorithm, _, digest = value.partition(" ")
        algorithm, digest = algorithm.lower(), digest.strip().upper()
        size = _HASH_BYTES.get(algorithm)
        if size is None:
            continue
        if not re.fullmatch(rf"(?:[0-9A-F]{{2}}:){{{size - 1}}}[0-9A-F]{{2}}", digest):
            bad("a fingerprint is not valid")
        found[(algorithm, digest)] = None
    return tuple(found)


def _check_extensions(media: list[Block], session: Block, group: tuple[str, ...]) -> None:
    """Refuse one id for two header extensions (RFC 8285 §5), in all of a bundle (RFC 9143 §12)."""
    bundled: dict[int, str] = {}
    for block in media:
        known = bundled if block.first("mid") in group else {}
        for extension in read_extensions(block, session):
            if known.setdefault(extension.number, extension.uri) != extension.uri:
                bad("two header extensions have one id")
