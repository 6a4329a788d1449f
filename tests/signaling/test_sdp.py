"""SDP in and out: what browsers and OBS send is understood, what strangers send is refused."""

from __future__ import annotations

import contextlib
import random
from dataclasses import replace

import pytest
from aiortc import sdp as aiortc_sdp

from liveshow.errors import Invalid
from liveshow.relay import Answer, AnsweredCodec, AnsweredSection, IceCredentials
from signaling.media.port import Section
from signaling.media.sdp import (
    MAX_LINE,
    MAX_LINES,
    format_answer,
    format_fragment,
    parse_fragment,
    parse_offer,
)

FINGERPRINT = ":".join(["AB"] * 32)
PROTOCOL = "UDP/TLS/RTP/SAVPF"
OFFER = f"""v=0
o=- 1 2 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE 0 1
a=extmap-allow-mixed
m=audio 9 UDP/TLS/RTP/SAVPF 111 63
c=IN IP4 0.0.0.0
a=rtcp:9 IN IP4 0.0.0.0
a=ice-ufrag:abcd
a=ice-pwd:abcdefghijklmnopqrstuvwx
a=ice-options:trickle
a=fingerprint:sha-256 {FINGERPRINT}
a=setup:actpass
a=mid:0
a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid
a=sendonly
a=rtcp-mux
a=rtpmap:111 opus/48000/2
a=fmtp:111 minptime=10;useinbandfec=1
a=rtpmap:63 red/48000/2
a=candidate:1 1 udp 2130706431 10.0.0.7 5000 typ host
a=candidate:2 1 udp 2130706431 3f1b.local 5001 typ host
m=video 9 UDP/TLS/RTP/SAVPF 96 97 102
c=IN IP4 0.0.0.0
a=ice-ufrag:abcd
a=ice-pwd:abcdefghijklmnopqrstuvwx
a=fingerprint:sha-256 {FINGERPRINT}
a=setup:actpass
a=mid:1
a=extmap:2/sendonly http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time
a=sendonly
a=rtcp-mux
a=rtcp-rsize
a=rtpmap:96 VP8/90000
a=rtcp-fb:96 goog-remb
a=rtcp-fb:96 nack
a=rtcp-fb:96 nack pli
a=rtcp-fb:* ccm fir
a=rtpmap:97 rtx/90000
a=fmtp:97 apt=96
a=rtpmap:102 H264/90000
a=fmtp:102 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f
a=ssrc-group:FID 1234 5678
a=ssrc:1234 cname:x
a=ssrc:5678 cname:x
""".replace("\n", "\r\n")


def test_offer_of_a_browser_is_understood() -> None:
    """Transport, codecs with parameters and feedback, extensions, SSRCs."""
    offer = parse_offer(OFFER)
    assert (offer.ufrag, offer.password) == ("abcd", "abcdefghijklmnopqrstuvwx")
    assert offer.fingerprints == (("sha-256", FINGERPRINT),)
    audio, video = offer.sections
    assert (audio.mid, audio.kind, audio.direction, audio.disabled) == ("0", "audio", "sendonly", 0)
    assert [codec.name for codec in audio.codecs] == ["opus", "red"]
    assert audio.codecs[0].channels == 2
    assert [codec.payload_type for codec in video.codecs] == [96, 97, 102]
    assert video.codecs[0].feedback == ("goog-remb", "nack", "nack pli", "ccm fir")
    assert video.codecs[2].parameters["profile-level-id"] == "42e01f"
    assert video.extensions == {"http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time": 2}
    assert video.ssrcs == (1234,)
    assert video.retransmission_ssrcs == {1234: 5678}


def video(*lines: str) -> Section:
    """Return the second section of the offer, with more lines in it."""
    return parse_offer(OFFER + "".join(f"{line}\r\n" for line in lines)).sections[1]


def test_layers_of_simulcast_are_those_declared_and_sent() -> None:
    """Their order kept, paused ones too, of alternatives the first (RFC 8853 §5.1)."""
    declared = [f"a=rid:{rid} send" for rid in "qhf"]
    assert video(*declared, "a=simulcast:send f;h;q").rids == ("f", "h", "q")
    assert video(*declared, "a=simulcast:recv x;y send ~q;x,h;f").rids == ("q", "h", "f")
    assert video("a=rid:q send pt=96;max-width=320", "a=simulcast:send q").rids == ("q",)
    assert video(*declared).rids == ()
    for line in (
        "a=simulcast:recv f;h",
        "a=simulcast:send",
        "a=simulcast:",
        "a=simulcast:send ;;,,~",
        "a=simulcast:send x;y",
        "a=simulcast:f;h;q",
    ):
        assert video(*declared, line).rids == (), line
    assert video("a=rid:q recv", "a=rid:f-1 send", "a=simulcast:send q;f-1").rids == ()
    many = [f"r{n}" for n in range(30)]
    lines = [f"a=rid:{rid} send" for rid in many]
    assert video(*lines, "a=simulcast:send " + ";".join(many)).rids == tuple(many[:8])


def test_layers_are_bound_to_payload_types_that_are_there() -> None:
    """RFC 8851 §6.2.2: pt= is compared with the formats; without one of them it is no layer."""
    section = video(
        "a=rid:f send pt=96,102",
        "a=rid:h send pt=102,20;max-width=320;max-fps=30",
        "a=rid:q send max-br=100000;max-bpp=0.5",
        "a=simulcast:send f;h;q",
    )
    assert section.rids == ("f", "h", "q")
    assert section.rid_types == {"f": (96, 102), "h": (102,)}
    assert video("a=rid:q send pt=20,21", "a=simulcast:send q").rids == ()
    assert video("a=rid:q send pt=", "a=simulcast:send q").rids == ()
    # Of alternatives the first that can be.
    declared = ("a=rid:1 send pt=20", "a=rid:2 send pt=96")
    assert video(*declared, "a=simulcast:send 1,2").rids == ("2",)


@pytest.mark.parametrize(
    ("restriction", "understood"),
    [
        ("max-width=320", True),
        ("max-width", True),  # it asks for ours, and we have none
        ("x-new", True),
        ("x-new=1", False),
        ("max-width=wide", False),
        ("max-width=-1", False),
        ("max-bpp=1", False),
        ("max-bpp=0.25", True),
        ("depend=f", False),
        ("max-width=320;x-new=1", False),
    ],
)
def test_layer_restricted_in_ways_unknown_is_no_layer(restriction: str, understood: bool) -> None:
    """RFC 8851 §6.2.2, §6.3: an unknown restriction with a value drops its layer, not others."""
    section = video(f"a=rid:q send {restriction}", "a=rid:f send", "a=simulcast:send f;q")
    assert section.rids == (("f", "q") if understood else ("f",))
    section = video(f"a=rid:q send pt=96;{restriction}", "a=simulcast:send q")
    assert section.rids == (("q",) if understood else ())


def test_layer_declared_twice_is_none() -> None:
    """RFC 8851 §6.2.2: all lines with that name are dropped, whichever way they go."""
    for second in ("a=rid:q send", "a=rid:q recv", "a=rid:q send pt=96"):
        declared = ("a=rid:q send", "a=rid:f send", second)
        assert video(*declared, "a=simulcast:send f;q").rids == ("f",)


def test_one_id_for_two_extensions_is_malformed() -> None:
    """In a section (RFC 8285 §5), and in all of a bundle (RFC 9143 §12)."""
    for number, allowed in ((5, True), (2, False), (4, False)):
        text = f"{OFFER}a=extmap:{number} urn:a\r\n"
        with contextlib.nullcontext() if allowed else pytest.raises(Invalid, match="one id"):
            parse_offer(text)
    # One extension in both, once for the session and again; what is not offered does not count.
    parse_offer(f"{OFFER}a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid\r\n")
    session = OFFER.replace("t=0 0", "t=0 0\r\na=extmap:9 urn:a")
    parse_offer(f"{session}a=extmap:9 urn:a\r\n")
    with pytest.raises(Invalid, match="one id"):
        parse_offer(f"{session}a=extmap:9 urn:b\r\n")
    parse_offer(f"{OFFER}a=extmap:4 urn:a\r\n".replace("m=video 9", "m=video 0"))
    parse_offer(f"{OFFER}a=extmap:4 urn:a\r\n".replace("BUNDLE 0 1", "BUNDLE 0"))


def test_one_mid_for_two_sections_is_malformed() -> None:
    """RFC 5888 §4; to have none is allowed."""
    with pytest.raises(Invalid, match="one mid"):
        parse_offer(OFFER.replace("a=mid:1", "a=mid:0"))
    without = OFFER.replace("a=mid:0\r\n", "").replace("a=mid:1\r\n", "")
    assert [section.mid for section in parse_offer(without).sections] == ["", ""]


def test_transport_is_that_of_the_first_in_the_bundle_that_has_one() -> None:
    """RFC 9143 §7.3.1: the order of the group counts and not that of the lines."""
    offer = OFFER.replace("BUNDLE 0 1", "BUNDLE 1 0")
    head, _, tail = offer.rpartition("a=setup:actpass")
    assert not parse_offer(offer).passive
    assert parse_offer(f"{head}a=setup:passive{tail}").passive
    assert parse_offer(offer).group == ("1", "0")
    tail = tail.replace("a=mid:1", "a=mid:1\r\na=bundle-only")
    head = head.replace("m=video 9", "m=video 0")
    assert not parse_offer(f"{head}a=setup:passive{tail}").passive


def test_port_zero_is_disabled_unless_another_section_has_the_transport() -> None:
    """RFC 9143 §6: bundle-only means something in a bundle."""
    zero = OFFER.replace("m=video 9", "m=video 0")
    assert parse_offer(zero).sections[1].disabled
    shared = zero.replace("a=mid:1", "a=mid:1\r\na=bundle-only")
    assert not parse_offer(shared).sections[1].disabled
    assert parse_offer(shared.replace("BUNDLE 0 1", "BUNDLE 0")).sections[1].disabled


def test_simulcast_without_names_is_known_by_its_ssrcs() -> None:
    """As Chrome wrote it when the offer was edited by hand."""
    section = video("a=ssrc-group:SIM 1234 11 12", "a=ssrc-group:FID 11 21", "a=ssrc:11 cname:x")
    assert section.simulcast_ssrcs == (1234, 11, 12)
    assert section.retransmission_ssrcs == {1234: 5678, 11: 21}
    assert section.ssrcs == (1234, 11)
    for line in ("a=ssrc-group:SIM", "a=ssrc-group:SIM x 1", "a=ssrc-group:SIM 4294967296 1"):
        assert video(line).simulcast_ssrcs == ()
    assert video("a=ssrc-group:SIM " + " ".join(map(str, range(30)))).simulcast_ssrcs == ()


def test_extensions_that_would_not_come_are_passed_over() -> None:
    """RFC 8285 §6: each may have a direction; those of the session count for all."""
    section = video("a=extmap:5/recvonly urn:a", "a=extmap:6/inactive urn:b", "a=extmap:7 urn:c x")
    assert section.extensions.get("urn:c") == 7
    assert not {"urn:a", "urn:b"} & section.extensions.keys()
    offer = parse_offer(OFFER.replace("t=0 0", "t=0 0\r\na=extmap:9/sendonly urn:d"))
    assert [section.extensions.get("urn:d") for section in offer.sections] == [9, 9]


def test_parameters_of_vp9_and_av1_are_kept() -> None:
    """The profile decides which decoders can play it."""
    offer = OFFER.replace("SAVPF 96 97 102", "SAVPF 98 45 096 96 96").replace("102", "98")
    lines = "a=rtpmap:98 VP9/90000|a=fmtp:98 profile-id=2|a=rtpmap:45 AV1/90000|"
    lines += "a=fmtp:45 level-idx=5;profile=0;tier=0|a=rtpmap:45 H264/90000|"
    lines += "a=rtcp-fb:45 transport-cc"
    codecs = parse_offer(offer + lines.replace("|", "\r\n")).sections[1].codecs
    by_type = {codec.payload_type: codec for codec in codecs}
    assert [codec.payload_type for codec in codecs] == [98, 45, 96]
    assert by_type[45].name == "AV1"
    assert by_type[45].parameters == {"level-idx": "5", "profile": "0", "tier": "0"}
    assert by_type[45].feedback == ("transport-cc", "ccm fir")
    assert by_type[98].parameters["profile-id"] == "2"


def test_digits_of_other_scripts_and_leading_zeros_are_no_numbers() -> None:
    """Python's ``int`` takes both, and finds them under another name."""
    for number in ("\u0661\u0661\u0661", "0111", "\uff11\uff11\uff11"):
        text = OFFER.replace(":111 ", f":{number} ")
        assert [codec.name for codec in parse_offer(text).sections[0].codecs] == ["red"]
        text = text.replace("SAVPF 111", f"SAVPF {number}")
        with contextlib.suppress(Invalid):  # formats are tokens of ASCII
            assert [codec.name for codec in parse_offer(text).sections[0].codecs] == ["red"]
    assert video("a=ssrc:\u0663 cname:x", "a=ssrc-group:FID \u0663 4").ssrcs == (1234,)


def test_line_ends_and_session_level_transport_are_both_accepted() -> None:
    """FFmpeg and libdatachannel write the transport once, for the session."""
    lines = [
        line
        for line in OFFER.splitlines()
        if not line.startswith(("a=ice-ufrag", "a=ice-pwd", "a=fingerprint", "a=setup"))
    ]
    lines[4:4] = [
        "a=ice-ufrag:abcd",
        "a=ice-pwd:abcdefghijklmnopqrstuvwx",
        f"a=fingerprint:SHA-256 {FINGERPRINT.lower()}",
        "a=setup:active",
    ]
    assert parse_offer("\n".join(lines)) == parse_offer(OFFER)


def test_offer_that_waits_for_the_handshake_is_noted() -> None:
    """FFmpeg insists on ``setup:passive`` though RFC 9725 §4.4.1 asks for actpass."""
    assert not parse_offer(OFFER).passive
    assert parse_offer(OFFER.replace("a=setup:actpass", "a=setup:passive")).passive


def test_thousands_of_candidates_of_any_kind_are_read_past() -> None:
    """They are never sent to, so they are not even kept."""
    flood = "".join(
        f"a=candidate:{n} 1 udp 1 {host} {n} typ host\r\n"
        for n in range(600)
        for host in ("127.0.0.1", "224.0.0.1", "169.254.169.254", "x.local", "not an address")
    )
    assert parse_offer(OFFER + flood) == parse_offer(OFFER)
    assert parse_fragment(flood).candidates == 3000


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("v=0", "v=1"),
        ("a=ice-ufrag:abcd", "a=ice-ufrag:a"),
        ("a=ice-ufrag:abcd", "a=ice-ufrag:ab cd"),
        ("a=ice-pwd:abcdefghijklmnopqrstuvwx", "a=ice-pwd:short"),
        (FINGERPRINT, "AB:CD"),
        (FINGERPRINT, "not hex"),
        ("a=fingerprint:sha-256", "a=fingerprint:md5"),
        ("a=setup:actpass", "a=setup:holdconn"),
        ("m=audio 9 UDP/TLS/RTP/SAVPF 111 63", "m=audio"),
        ("m=audio 9 UDP/TLS/RTP/SAVPF 111 63", "m=audio nine UDP/TLS/RTP/SAVPF 111"),
        ("a=mid:0", "a=mid:bad mid"),
        ("s=-", "nonsense"),
        ("s=-", "s=" + "x" * MAX_LINE),
        ("s=-", "s=-\r\n" * MAX_LINES),
        ("t=0 0", "t=0 0\r\n" + "m=audio 9 UDP/TLS/RTP/SAVPF 0\r\n" * 20),
    ],
)
def test_malformed_offers_are_refused_with_a_reason(old: str, new: str) -> None:
    """400 malformed_sdp, with a sentence that names the fault."""
    with pytest.raises(Invalid) as refused:
        parse_offer(OFFER.replace(old, new))
    assert refused.value.code == "malformed_sdp"
    assert refused.value.message.startswith("The SDP cannot be used: ")


@pytest.mark.parametrize("char", ["\u2028", "\u2029", "\u0085", "\u000b", "\u001c"])
def test_only_cr_and_lf_end_lines(char: str) -> None:
    """faults.md 31 (RFC 8866 §5): a name of a session may have any other character."""
    assert parse_offer(OFFER.replace("s=-", f"s=an{char}evening")) == parse_offer(OFFER)


@pytest.mark.parametrize("text", ["\ufeff" + OFFER, OFFER + "\0", OFFER.replace("\r\n", "\n")])
def test_what_editors_and_c_strings_leave_around_an_offer_is_no_part_of_it(text: str) -> None:
    """faults.md 31: a byte order mark before it, a zero behind it."""
    assert parse_offer(text) == parse_offer(OFFER)


def test_sections_on_different_transports_are_refused() -> None:
    """There is one transport per session (RFC 9725 §4.4.1)."""
    head, _, tail = OFFER.rpartition("a=ice-ufrag:abcd")
    with pytest.raises(Invalid, match="bundled"):
        parse_offer(head + "a=ice-ufrag:efgh" + tail)


def test_mutated_offers_raise_nothing_else() -> None:
    """3,000 random edits: an offer, or an error of ours."""
    rng = random.Random(5)
    for _ in range(3000):
        text = list(OFFER)
        for _ in range(rng.randrange(1, 6)):
            at = rng.randrange(len(text))
            edit = rng.randrange(3)
            if edit == 0:
                text[at] = chr(rng.choice([0, 10, 13, 32, 58, 61, 255, 0x2028, rng.randrange(128)]))
            elif edit == 1:
                del text[at : at + rng.randrange(40)]
            else:
                other = rng.randrange(len(text))
                text[at:at] = text[other : other + rng.randrange(80)]
        with contextlib.suppress(Invalid):
            parse_offer("".join(text))


def answer() -> Answer:
    codecs = (
        AnsweredCodec(96, "VP8", 90_000, feedback=("nack", "nack pli")),
        AnsweredCodec(97, "rtx", 90_000, parameters={"apt": "96"}),
    )
    return Answer(
        session_number=7,
        ice=IceCredentials("ufrag+/1", "p" * 24),
        fingerprint=("sha-256", FINGERPRINT),
        candidates=(("192.0.2.1", 8080), ("2001:db8::1", 8080)),
        sections=(
            AnsweredSection("a", "audio", "RTP/SAVPF", ("0", "8"), "inactive", rejected=True),
            AnsweredSection(
                "v",
                "video",
                PROTOCOL,
                ("96", "97", "98"),
                "sendonly",
                bundled=True,
                tagged=True,
                codecs=codecs,
                ssrc=1,
                retransmission_ssrc=2,
            ),
            AnsweredSection("d", "application", "DTLS/SCTP", ("5000",), "inactive", rejected=True),
        ),
        cname="c",
    )


def test_answer_says_what_the_offerer_must_know() -> None:
    """ICE-lite, passive, candidates once, rejected sections as they were (RFC 9429 §5.3.1)."""
    text = format_answer(answer())
    assert text.startswith("v=0\r\no=- 7 1 IN IP4 0.0.0.0\r\n")
    assert text.endswith("\r\n")
    for line in (
        "a=ice-lite",
        "a=ice-options:trickle ice2",
        "a=group:BUNDLE v",
        "m=audio 0 RTP/SAVPF 0 8",
        "m=video 9 UDP/TLS/RTP/SAVPF 96 97",
        "m=application 0 DTLS/SCTP 5000",
        "a=setup:passive",
        "a=rtcp-fb:96 nack pli",
        "a=fmtp:97 apt=96",
        "a=ssrc-group:FID 1 2",
        "a=candidate:1 1 udp 2130706431 192.0.2.1 8080 typ host",
        "a=candidate:2 1 udp 2130706175 2001:db8::1 8080 typ host",
    ):
        assert text.count(line + "\r\n") == 1, line


def test_answer_is_read_by_an_independent_parser() -> None:
    """aiortc's, which the tests' peers use as well."""
    parsed = aiortc_sdp.SessionDescription.parse(format_answer(answer()))
    video = parsed.media[1]
    assert video.ice is not None
    assert video.ice.iceLite
    assert video.dtls is not None
    assert video.dtls.role == "server"
    assert [codec.name for codec in video.rtp.codecs] == ["VP8", "rtx"]
    assert len(video.ice_candidates) == 2
    assert video.ssrc_group[0].items == [1, 2]


def test_answer_takes_the_layers_of_simulcast() -> None:
    """In the order of the offer (RFC 8853 §5.3.2); aiortc's parser does not mind."""
    section = AnsweredSection(
        *("v", "video", PROTOCOL, ("96",), "recvonly"),
        bundled=True,
        tagged=True,
        rids=("f", "h", "q"),
        rid_types={"h": (96, 97)},
    )
    text = format_answer(replace(answer(), sections=(section,)))
    layers = "a=rid:f recv\r\na=rid:h recv pt=96,97\r\na=rid:q recv\r\na=simulcast:recv f;h;q\r\n"
    assert layers in text
    assert len(aiortc_sdp.SessionDescription.parse(text).media) == 1
    assert "simulcast" not in format_answer(answer())


def test_bundle_of_the_answer_begins_with_the_tagged_section() -> None:
    """RFC 9143 §7.3.1, and its candidates are there; without a bundle there is no such line."""
    one, two = (
        AnsweredSection(mid, "video", PROTOCOL, ("96",), "sendonly", bundled=True)
        for mid in ("1", "2")
    )
    text = format_answer(replace(answer(), sections=(one, replace(two, tagged=True))))
    assert "a=group:BUNDLE 2 1\r\n" in text
    assert "a=candidate" not in text.split("m=video")[1]
    assert "a=candidate" in text.split("m=video")[2]
    alone = replace(one, mid="", bundled=False, tagged=True, reduced_size_rtcp=True)
    text = format_answer(replace(answer(), sections=(alone,)))
    assert "a=group" not in text
    assert "a=mid" not in text
    assert "a=rtcp-rsize\r\n" in text
    fragment = format_fragment(
        replace(answer(), sections=(alone,)), IceCredentials("ufrag+/1", "p" * 24)
    )
    assert "a=group" not in fragment
    assert "a=mid" not in fragment


def test_fragments_go_both_ways() -> None:
    """RFC 8840 §9: what we write we can read."""
    text = format_fragment(answer(), IceCredentials("ufrag+/1", "p" * 24))
    fragment = parse_fragment(text)
    assert (fragment.ufrag, fragment.password, fragment.candidates) == ("ufrag+/1", "p" * 24, 2)
    assert "\r\nm=video 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:v\r\n" in text  # the first that is accepted
    assert parse_fragment("").ufrag == ""
    for bad in ("a=ice-ufrag:!", "a=ice-pwd:short", "nonsense", "m=x"):
        with pytest.raises(Invalid):
            parse_fragment(bad)
