"""What an operator can set: environment (``LIVESHOW_*``), a TOML file, flags.

Flags win over the environment, the environment over the file, the file over the defaults.
The table in ``config/settings.md`` is generated from the field descriptions below.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, SecretStr, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)
from redis.connection import parse_url as parse_redis_url
from sqlalchemy.engine import URL as SqlUrl
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError
from yarl import URL

from liveshow import budgets
from liveshow.budgets import Limits, Rate
from liveshow.fields import Handle, check_currency

_DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
}
# RFC 7064 and RFC 7065.
_ICE_SERVER = re.compile(r"(stuns?|turns?):[A-Za-z0-9.\-:\[\]]+(\?transport=(udp|tcp))?")


CurrencyCode = Annotated[str, AfterValidator(check_currency)]
Grams = Annotated[int, Field(ge=1, le=1_000_000)]
Price = Annotated[int, Field(ge=0, le=99_999_999)]


class Settings(BaseSettings):
    """All settings of one server process."""

    model_config = SettingsConfigDict(
        env_prefix="LIVESHOW_",
        # A variable that is empty is one that is not set: `${NAME:-}` in a compose file.
        env_ignore_empty=True,
        extra="forbid",
        validate_default=True,
        frozen=True,
    )

    host: str = Field("127.0.0.1", min_length=1, description="Address to listen on, TCP and UDP.")
    port: int = Field(
        8080,
        ge=0,
        le=65535,
        description="TCP port for HTTP, UDP (and TCP) port for media; 0 picks one.",
    )
    public_address: Annotated[list[str], NoDecode] = Field(
        default_factory=list,
        description="Addresses put into ICE candidates, comma separated. "
        "Needed when `host` is not the address that viewers reach.",
    )
    media_tcp: bool = Field(
        True,
        description="Offer media over TCP on `port` to who cannot use UDP. Off where only a "
        "proxy reaches that port.",
    )
    ice_servers: Annotated[list[str], NoDecode] = Field(
        default_factory=list,
        description="STUN and TURN servers for clients, comma separated, e.g. "
        "`turns:turn.example:443?transport=tcp`. Rarely needed: media takes TCP, too.",
    )
    turn_secret: SecretStr = Field(
        SecretStr(""),
        description="What the TURN servers make credentials from (coturn: `static-auth-secret`).",
    )
    public_url: str = Field(
        "",
        description="The URL people open, e.g. `https://live.example`. Origins other than this "
        "one (and the address of the request itself) may not open sockets.",
    )
    data_dir: Path = Field(Path("data"), description="Folder for the database and photos.")
    database_url: str = Field(
        "",
        description="`postgresql://user:password@host/name`, or `sqlite:///file`. "
        "Default: SQLite in the data folder.",
    )
    redis_url: str = Field(
        "", description="Redis or Valkey, carries rate limits between restarts; unset: in memory."
    )
    secret: SecretStr = Field(
        SecretStr(""),
        description="Reserved: nothing is signed yet. Set now, 32 random characters or more, it "
        "need not be set later.",
    )
    tls_certificate: Path | None = Field(None, description="PEM certificate chain for HTTPS.")
    tls_key: Path | None = Field(None, description="PEM private key for HTTPS.")
    tls_self_signed: bool = Field(
        False,
        description="Serve HTTPS with a certificate made on the spot, to try phones on a local "
        "network (cameras work on secure origins only).",
    )
    trusted_proxies: int = Field(
        0,
        ge=0,
        le=8,
        description="How many proxies in front add to `X-Forwarded-For`; 0 ignores the header.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="Least severe message to log."
    )
    log_format: Literal["json", "text"] = Field(
        "json", description="One JSON object a line, or text."
    )
    currency: CurrencyCode = Field("USD", description="Currency (ISO 4217) of new listings.")
    fee_percent: int = Field(
        5, ge=0, le=50, description="Share of the item price kept by the operator, percent."
    )
    shipping_rates: dict[CurrencyCode, Annotated[dict[Grams, Price], Field(min_length=1)]] = Field(
        default_factory=dict,
        description="What parcels cost by weight, by currency: up to so many grams, so much in "
        'minor units, e.g. `{"SEK": {"250": 4500, "2000": 9900}}`. The last one takes whatever is '
        "heavier. Currencies that are left out have the built-in examples.",
    )
    case_days: int = Field(
        3,
        ge=1,
        le=180,
        description="Days after its delivery in which a buyer may say that what they got is not as "
        "described. Some laws ask for more.",
    )
    payout_days: int = Field(
        3,
        ge=0,
        le=180,
        description="Days after its delivery until what was earned with an order can be paid "
        "out. No fewer than `case_days` is wise: what was paid out is hard to get back.",
    )
    test_payments: bool = Field(
        False,
        description="Take test cards, which move no money, to try everything out. Never where "
        "goods are sent: orders are made that nobody has paid for.",
    )
    stripe_secret_key: SecretStr = Field(
        SecretStr(""),
        description="Take payments with Stripe: the secret key (`sk_…`) or a restricted one "
        "(`rk_…`) of its account. Unset: without Stripe.",
    )
    stripe_publishable_key: str = Field(
        "",
        pattern=r"^(pk_[A-Za-z0-9_]+)?$",
        description="The publishable key (`pk_…`) of the same account: for the form on the pages.",
    )
    stripe_webhook_secret: SecretStr = Field(
        SecretStr(""),
        description="The signing secret (`whsec_…`) of the endpoint "
        "`https://…/api/payments/webhooks/stripe`, made at Stripe. Without it payments are "
        "found by asking, some seconds later.",
    )
    require_card: bool = Field(
        False,
        description="Want a card on file at Stripe before the first claim or bid, in every show. "
        "Hosts can ask for it in theirs.",
    )
    stripe_api_base: str = Field(
        "",
        pattern=r"^(https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?)?$",
        description="A server that stands in for Stripe, e.g. `http://127.0.0.1:8420` of "
        "localstripe. Only to try things out.",
    )
    reserved_handles: Annotated[list[Handle], NoDecode] = Field(
        default_factory=list,
        description="Handles that only `liveshow user create` makes, comma separated: what this "
        "server and those who run it are called. `admin`, `support` and the like are kept anyway.",
    )
    giveaways_for_buyers: bool = Field(
        False,
        description="Let hosts give something away to those alone who have bought in the show. "
        "Many countries do not allow that.",
    )
    giveaway_beacon: bool = Field(
        False,
        description="Draw giveaways with a round of drand's public beacon that nobody can know "
        "before entries close. The server asks `giveaway_beacon_url` for it.",
    )
    giveaway_beacon_url: str = Field(
        "https://api.drand.sh",
        pattern=r"^https?://[^\s?#]+$",
        description="Where rounds of drand's chain `quicknet` are asked for.",
    )
    token_days: int = Field(30, ge=1, le=365, description="Days until a sign-in expires.")
    upload_bytes: int = Field(
        12_000_000, ge=100_000, le=100_000_000, description="Largest photo accepted, bytes."
    )
    max_viewers: int = Field(
        budgets.VIEWERS.amount,
        ge=1,
        le=1_000_000,
        description="WebRTC viewers per server; more are asked to retry later.",
    )
    max_unseen_minutes: int = Field(
        budgets.UNSEEN.amount,
        ge=1,
        le=10_080,
        description="Minutes for which a show may be live without a picture; then it ends by "
        "itself. The studio shows what is left.",
    )
    max_interrupted_minutes: int = Field(
        budgets.INTERRUPTED.amount,
        ge=1,
        le=10_080,
        description="Minutes for which a show may be interrupted, paused ones too; then it ends by "
        "itself. The holds of its buyers stand still as long.",
    )
    kernel: Literal["auto", "native", "python"] = Field(
        "auto",
        description="What encrypts and sends pictures to viewers: `native` (C), `python`, or "
        "`auto`: native where it was built.",
    )
    media_threads: int = Field(
        1,
        ge=1,
        le=64,
        description="Threads that share the viewers of a picture, with the native kernel only.",
    )
    sign_in_limit: str = Field(
        budgets.GUESSES_AT.text,
        description="Wrong passwords for one handle from one address; ten times as many for the "
        "handle or the address alone. Right or wrong, passwords are checked three times as often "
        "for a handle from one address, thirty times for an address.",
    )
    sign_up_limit: str = Field(
        budgets.SIGN_UPS_FROM.text, description="New accounts from one address."
    )
    write_limit: str = Field(
        budgets.WRITES.text,
        description="HTTP requests of one person that change something, commands apart; thirty "
        "times as many from one address.",
    )
    upload_limit: str = Field(
        budgets.UPLOADED.text,
        description="Bytes of photos that one person uploads; three times as many from one "
        "address.",
    )
    max_listings: int = Field(
        budgets.LISTINGS.amount, ge=1, description="Listings of one account, archived ones too."
    )
    max_photos: int = Field(budgets.PHOTOS.amount, ge=1, description="Photos of one account.")
    max_photo_bytes: int = Field(
        budgets.PHOTO_BYTES.amount,
        ge=1_000_000,
        description="Disk that the photos of one account take, bytes.",
    )
    keep_free_bytes: int = Field(
        budgets.FREE_DISK.amount,
        ge=0,
        description="Disk that photos leave free for the database and the log, bytes.",
    )
    command_limit: str = Field(
        budgets.COMMANDS.text,
        description="Commands of one person, over sockets and HTTP together, before they are "
        "refused.",
    )
    media_limit: str = Field(
        budgets.MEDIA_SESSIONS.text,
        description="WHIP and WHEP sessions asked for from one address before they are refused.",
    )

    @field_validator("public_address", "ice_servers", "reserved_handles", mode="before")
    @classmethod
    def _split_list(cls, value: Any) -> Any:
        if isinstance(value, str):
            return [part.strip() for part in value.split(",") if part.strip()]
        return value

    @field_validator("ice_servers")
    @classmethod
    def _check_ice_servers(cls, value: list[str]) -> list[str]:
        for url in value:
            if not _ICE_SERVER.fullmatch(url):
                raise ValueError(f"{url!r} is not like stun:host:port or turn:host:port")
        return value

    @field_validator("public_url")
    @classmethod
    def _to_ascii(cls, value: str) -> str:
        """Write a host name as browsers, certificates and encoders do (RFC 5891, UTS #46)."""
        if value.isascii():
            return value
        try:
            return str(URL(value))
        except ValueError:
            raise ValueError("its name cannot be a host name") from None

    @field_validator("database_url")
    @classmethod
    def _check_database_url(cls, value: str) -> str:
        if value and _backend(value) not in _DRIVERS:
            raise ValueError("it names neither sqlite nor postgresql")
        if value:
            try:
                url = make_url(value)
            except (ValueError, ArgumentError):
                # Theirs would show the value, and a password is in it.
                raise ValueError("write it like postgresql://user:password@host/name") from None
            if _backend(value) == "sqlite" and url.database in (None, "", ":memory:"):
                raise ValueError("SQLite in memory is lost with its connection: name a file")
        return value

    @field_validator("redis_url")
    @classmethod
    def _check_redis_url(cls, value: str) -> str:
        if value:
            try:
                parse_redis_url(value)  # type: ignore[no-untyped-call]
            except ValueError:
                raise ValueError("write it like redis://host:6379/0") from None
        return value

    @field_validator(
        "sign_in_limit",
        "sign_up_limit",
        "write_limit",
        "upload_limit",
        "command_limit",
        "media_limit",
    )
    @classmethod
    def _check_limit(cls, value: str) -> str:
        try:
            Rate.parse(value)
        except ValueError:
            raise ValueError('write a number from 1 and a time, such as "10/minute"') from None
        return value

    @model_validator(mode="after")
    def _check_turn_secret(self) -> Settings:
        turns = any(url.startswith("turn") for url in self.ice_servers)
        if turns and not self.turn_secret.get_secret_value():
            raise ValueError("TURN servers in ice_servers need turn_secret, which they share")
        return self

    @model_validator(mode="after")
    def _check_stripe(self) -> Settings:
        secret = self.stripe_secret_key.get_secret_value()
        if bool(secret) != bool(self.stripe_publishable_key):
            raise ValueError("stripe_secret_key and stripe_publishable_key need each other")
        if not secret:
            return self
        if not secret.startswith(("sk_", "rk_")):
            raise ValueError("stripe_secret_key begins with sk_ or rk_")
        if ("_live_" in secret) != ("_live_" in self.stripe_publishable_key):
            raise ValueError("of the keys of Stripe, one is live and one is for tests")
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)

    @classmethod
    def load(cls, config: Path | None = None, **flags: Any) -> Settings:
        """Read the settings; raise ``pydantic.ValidationError`` when they are not valid."""
        given = {name: value for name, value in flags.items() if value is not None}
        if config is None:
            return cls(**given)

        class FromFile(cls):  # type: ignore[valid-type, misc]
            model_config = SettingsConfigDict(toml_file=config)

        return cls(**FromFile(**given).model_dump(exclude_unset=True))

    @property
    def secure(self) -> bool:
        """Whether people reach this server over TLS: it ends TLS itself, or a proxy does."""
        ends_tls = self.tls_certificate is not None or self.tls_self_signed
        return ends_tls or self.public_url.startswith("https:")

    @property
    def stripe(self) -> bool:
        """Whether payments are taken with Stripe."""
        return bool(self.stripe_secret_key.get_secret_value())

    @property
    def limits(self) -> Limits:
        """The budgets (``liveshow.budgets``) as they are set."""
        named = {budget.setting for _, budget in budgets.declared() if budget.setting}
        return Limits(**{name: getattr(self, name) for name in named})

    @property
    def sql_url(self) -> str:
        """The SQLAlchemy URL, with the driver that this server uses."""
        if not self.database_url:
            # A folder may have any name: in a URL, "?" and "%" mean something else.
            file = str(self.data_dir / "liveshow.db")
            return SqlUrl.create(_DRIVERS["sqlite"], database=file).render_as_string()
        return f"{_DRIVERS[_backend(self.database_url)]}://{self.database_url.partition('://')[2]}"


def _backend(url: str) -> str:
    """Return what kind of database an SQLAlchemy URL names."""
    return url.partition(":")[0].partition("+")[0]
