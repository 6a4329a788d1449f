"""Logs are one line per event and hold nothing secret."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from liveshow import logs
from liveshow.settings import Settings

SDP = "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\na=ice-pwd:abcdefabcdef\r\n"


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    logs.configure(Settings(log_format="json", log_level="info"), stream)
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)


def only_line(stream: io.StringIO) -> dict[str, Any]:
    (line,) = stream.getvalue().splitlines()
    parsed: dict[str, Any] = json.loads(line)
    return parsed


def test_an_event_is_one_json_object_with_time_level_and_name(stream: io.StringIO) -> None:
    structlog.get_logger("liveshow.rooms").warning("room closed", show="demo", seq=4)
    line = only_line(stream)
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "room closed",
        "level": "warning",
        "logger": "liveshow.rooms",
        "show": "demo",
        "seq": 4,
    }


def test_what_libraries_log_takes_the_same_form(stream: io.StringIO) -> None:
    logging.getLogger("aiohttp.server").error("Error handling request from %s", "somebody")
    assert only_line(stream)["event"] == "Error handling request from somebody"


@pytest.mark.parametrize("name", ["socketio.server", "engineio.server", "aioice.ice", "aiortc"])
def test_chatty_libraries_are_heard_from_warnings_up(stream: io.StringIO, name: str) -> None:
    logging.getLogger(name).info("sent packet")
    logging.getLogger(name).warning("lost packet")
    assert only_line(stream)["event"] == "lost packet"


@pytest.mark.parametrize(
    "text",
    [
        "GET /socket.io/?EIO=4&token=s3cr3t&transport=websocket",
        '{"token": "s3cr3t"}',
        "{'password': 's3cr3t'}",
        "stream_key=s3cr3t",
        "Authorization: Bearer s3cr3t",
        "could not connect to postgresql://liveshow:s3cr3t@db/liveshow",
        "Invalid API Key provided: sk_live_s3cr3t",
        "rk_test_s3cr3t and whsec_s3cr3t",
        '"client_secret": "pi_3Abc_secret_s3cr3t"',
        "seti_3Abc_secret_s3cr3t",
        "redis://:s3cr3t@cache:6379/0",
        SDP.replace("abcdefabcdef", "s3cr3t"),
        repr(SDP.replace("abcdefabcdef", "s3cr3t")),
    ],
)
def test_secrets_in_texts_are_hidden(stream: io.StringIO, text: str) -> None:
    structlog.get_logger("liveshow").info(text, detail=text, more=[text, {"a": text}])
    assert "s3cr3t" not in stream.getvalue()
    assert "hidden" in stream.getvalue()


@pytest.mark.parametrize(
    "name", ["token", "password", "stream_key", "key", "Authorization", "cookie", "sdp", "secret"]
)
def test_secret_fields_are_hidden_by_name(stream: io.StringIO, name: str) -> None:
    structlog.get_logger("liveshow").info("said", **{name: "s3cr3t"})
    assert only_line(stream)[name] == "[hidden]"


def test_a_traceback_is_scrubbed_too(stream: io.StringIO) -> None:
    try:
        raise ValueError("bad url: postgresql://liveshow:s3cr3t@db/liveshow")
    except ValueError:
        structlog.get_logger("liveshow").exception("failed")
    line = only_line(stream)
    assert "Traceback" in line["exception"]
    assert "s3cr3t" not in line["exception"]


def test_ordinary_words_stay(stream: io.StringIO) -> None:
    structlog.get_logger("liveshow").info("keyframe sent", monkey="george", tracks=2)
    line = only_line(stream)
    assert (line["event"], line["monkey"], line["tracks"]) == ("keyframe sent", "george", 2)


def test_text_format_is_for_people() -> None:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    try:
        logs.configure(Settings(log_format="text"), stream)
        structlog.get_logger("liveshow").info("started", port=8080)
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
    assert "started" in stream.getvalue()
    assert "port=8080" in stream.getvalue()
    assert "{" not in stream.getvalue()
