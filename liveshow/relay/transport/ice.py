"""ICE credentials of one peer, and their generations across ICE restarts (RFC 8445 §9)."""

from __future__ import annotations

import secrets
from typing import NamedTuple

from liveshow.relay.ports import IceCredentials
from liveshow.relay.transport.udp_mux import MuxPeer, UdpMux
from liveshow.relay.wire.stun import Check


class IceGeneration(NamedTuple):
    """What checks say and are signed with until the next ICE restart."""

    credentials: IceCredentials
    remote_ufrag: str
    ours: bytes
    theirs: bytes
    password: bytes


def new_credentials() -> IceCredentials:
    """Return fresh ICE credentials: 48 and 144 bits (RFC 8445 §5.3 asks for 24 and 128)."""
    return IceCredentials(
        secrets.token_urlsafe(6).replace("-", "+").replace("_", "/"),
        secrets.token_urlsafe(18).replace("-", "+").replace("_", "/"),
    )


class IceGenerations:
    """The generations that checks may use: the one that works, and a restart that is pending.

    Registers and removes their user name fragments at the mux.
    """

    def __init__(self, mux: UdpMux, peer: MuxPeer) -> None:
        self._mux = mux
        self._peer = peer
        self._generations: list[IceGeneration] = []  # newest last, two at most
        self._checked: IceGeneration | None = None  # the last one that a check was valid for

    @property
    def newest(self) -> IceGeneration:
        """The generation of the last offer or restart."""
        return self._generations[-1]

    @property
    def restarting(self) -> bool:
        """Whether an ICE restart waits for its first check."""
        return len(self._generations) > 1

    def begin(self, remote_ufrag: str) -> IceCredentials:
        """Begin a generation. The one that works stays until a check uses the new one.

        Before any check that is the one of the offer: not all that looks like a restart is one.
        A restart that no check came of gives way to the next one.
        """
        credentials = new_credentials()
        present = self._checked or (self._generations[0] if self._generations else None)
        self._keep(present)
        self._generations.append(
            IceGeneration(
                credentials,
                remote_ufrag,
                credentials.ufrag.encode(),
                remote_ufrag.encode(),
                credentials.password.encode(),
            )
        )
        self._mux.add_ufrag(credentials.ufrag, self._peer)
        return credentials

    def of(self, check: Check) -> IceGeneration | None:
        """Return the generation whose user names a check has."""
        for generation in self._generations:
            if generation.ours == check.ours and generation.theirs == check.theirs:
                return generation
        return None

    def confirm(self, generation: IceGeneration) -> None:
        """Note a valid check. If it is of the newest generation, the restart is complete."""
        self._checked = generation
        if generation is self._generations[-1]:
            self._keep(generation)

    def close(self) -> None:
        """Remove all user name fragments from the mux."""
        for generation in self._generations:
            self._mux.remove_ufrag(generation.credentials.ufrag)

    def _keep(self, kept: IceGeneration | None) -> None:
        for generation in self._generations:
            if generation is not kept:
                self._mux.remove_ufrag(generation.credentials.ufrag)
        self._generations = [kept] if kept is not None else []
