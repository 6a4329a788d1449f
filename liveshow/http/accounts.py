"""PROTOCOL.md 2.1: users, sessions, profiles, following."""

from __future__ import annotations

from typing import Annotated, Literal

from aiohttp import web
from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from liveshow import postal
from liveshow.accounts.identity import COOKIE, Identity
from liveshow.accounts.ports import Account, AccountChanges
from liveshow.accounts.service import MAX_AGENT, Accounts, SignIn
from liveshow.fields import (
    NOT_NULL,
    Address,
    Body,
    Country,
    Handle,
    OneLine,
    Query,
    Text,
    UserView,
    View,
    is_handle,
)
from liveshow.http.api import Endpoint, json_response
from liveshow.http.bodies import ship_to
from liveshow.http.identity import address_key, client_address, is_secure
from liveshow.text_rules import is_encodable

MIN_PASSWORD, MAX_PASSWORD = 8, 200


def _check_password(value: str) -> str:
    # Any character is welcome, as long as it can be written down as bytes.
    if not is_encodable(value):
        raise PydanticCustomError("control_character", "This has characters that nobody can type")
    return value


Secret = Annotated[
    str, Field(min_length=1, max_length=MAX_PASSWORD), AfterValidator(_check_password)
]
"""A password that is compared: its length was checked when it was chosen."""

NewSecret = Annotated[
    str,
    Field(min_length=MIN_PASSWORD, max_length=MAX_PASSWORD),
    AfterValidator(_check_password),
]
Name = Annotated[str, OneLine(1, 60)]


class SignUpBody(Body):
    handle: Handle
    password: NewSecret
    name: Name | None = None


class SignInBody(Body):
    handle: Annotated[str, Field(max_length=100)]
    password: Secret


class SignInView(View):
    token: str
    expires_at: int
    user: UserView


class SessionView(View):
    user: UserView
    expires_at: int


class TokenView(View):
    """One sign-in of the caller."""

    id: str
    created_at: int
    last_used_at: int
    expires_at: int
    agent: str
    current: bool


class TokensView(View):
    items: list[TokenView]


class AddressView(View):
    name: str
    line1: str
    line2: str
    city: str
    region: str
    postcode: str
    country: str


class AddressErrorView(View):
    """``field`` as a refusal names it (``address.region``), ``message`` a sentence for people."""

    field: str
    message: str


class MeView(View):
    """``thanks`` is for packing slips; ``address_errors``: why nothing can be sent there."""

    user: UserView
    bio: str
    thanks: str
    address: AddressView | None
    address_errors: list[AddressErrorView]


class AddressShapeQuery(Query):
    country: Country


class AddressPartView(View):
    """``label`` stands on a form. ``example`` is of a postcode, or empty."""

    name: Literal["city", "region", "postcode"]
    label: str
    required: bool
    example: str


class AddressShapeView(View):
    """What an address has beside name and street, in the order of an envelope.

    ``written``: how it stands there; ``%C`` is the city, ``%S`` the region, ``%Z`` the postcode,
    ``%n`` another line.
    """

    country: Country
    written: str
    parts: list[AddressPartView]


class MeBody(Body):
    """Only what is given changes; ``address: null`` forgets the address."""

    name: Annotated[Name | None, NOT_NULL] = None
    bio: Annotated[Annotated[str, Text(500)] | None, NOT_NULL] = None
    thanks: Annotated[Annotated[str, Text(500)] | None, NOT_NULL] = None
    address: Address | None = None


class PasswordBody(Body):
    current: Secret
    new: NewSecret


class ProfileView(View):
    user: UserView
    bio: str
    followers: int
    following: bool
    listings: int


class AccountResource:
    """Routes of accounts."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts

    def endpoints(self) -> list[Endpoint]:
        return [
            Endpoint(
                "POST",
                "/api/users",
                self.sign_up,
                "Sign up and in",
                status=201,
                errors=("handle_taken", "unusable_handle", "weak_password", "rate_limited"),
                returns=SignInView,
            ),
            Endpoint(
                "POST",
                "/api/session",
                self.sign_in,
                "Sign in",
                errors=("wrong_credentials", "rate_limited"),
                returns=SignInView,
            ),
            Endpoint("GET", "/api/session", self.session, "Who is signed in"),
            Endpoint("DELETE", "/api/session", self.sign_out, "Sign out", status=204),
            Endpoint("GET", "/api/sessions", self.sessions, "Where the caller is signed in"),
            Endpoint(
                "DELETE",
                "/api/sessions/{id}",
                self.revoke,
                "Sign out somewhere else",
                status=204,
                errors=("not_found",),
            ),
            Endpoint(
                "GET",
                "/api/address-shape",
                self.address_shape,
                "How addresses are written in a country",
            ),
            Endpoint("GET", "/api/me", self.me, "The caller's own account"),
            Endpoint(
                "PATCH",
                "/api/me",
                self.update,
                "Change name, bio, thanks or address",
                errors=("wrong_postcode",),
            ),
            Endpoint(
                "POST",
                "/api/me/password",
                self.change_password,
                "Change the password and sign out everywhere else",
                status=204,
                errors=("wrong_credentials", "weak_password", "rate_limited"),
            ),
            Endpoint(
                "GET", "/api/users/{handle}", self.profile, "A profile", errors=("not_found",)
            ),
            Endpoint(
                "PUT",
                "/api/users/{handle}/follow",
                self.follow,
                "Follow",
                status=204,
                errors=("not_found", "conflict"),
            ),
            Endpoint(
                "DELETE",
                "/api/users/{handle}/follow",
                self.unfollow,
                "Stop following",
                status=204,
                errors=("not_found",),
            ),
        ]

    async def sign_up(self, request: web.Request, body: SignUpBody) -> web.Response:
        sign_in = await self._accounts.sign_up(
            body.handle,
            body.password,
            body.name or "",
            address=address_key(client_address(request)),
            agent=_agent(request),
        )
        return _signed_in(request, sign_in, status=201)

    async def sign_in(self, request: web.Request, body: SignInBody) -> web.Response:
        handle = body.handle.strip().lower()
        sign_in = await self._accounts.sign_in(
            # What cannot be a handle is nobody's, and need not be looked up as it is.
            handle if is_handle(handle) else "",
            body.password,
            address=address_key(client_address(request)),
            agent=_agent(request),
        )
        return _signed_in(request, sign_in, status=200)

    async def session(self, caller: Identity) -> SessionView:
        return SessionView(user=UserView.of(caller.user), expires_at=caller.expires_at)

    async def sign_out(self, request: web.Request, caller: Identity) -> web.Response:
        await self._accounts.sign_out(caller)
        response = web.Response(status=204)
        response.del_cookie(COOKIE, path="/")
        return response

    async def sessions(self, caller: Identity) -> TokensView:
        return TokensView(
            items=[
                TokenView(
                    id=token.id,
                    created_at=token.created_at,
                    last_used_at=token.last_used_at,
                    expires_at=token.expires_at,
                    agent=token.agent,
                    current=token.id == caller.token_id,
                )
                for token in await self._accounts.sessions(caller.user_id)
            ]
        )

    async def revoke(self, caller: Identity, id_: str) -> None:
        await self._accounts.revoke(caller.user_id, id_)

    async def me(self, caller: Identity) -> MeView:
        return _me(await self._accounts.me(caller.user_id))

    async def update(self, caller: Identity, body: MeBody) -> MeView:
        changes = AccountChanges()
        if body.name is not None:
            changes["name"] = body.name
        if body.bio is not None:
            changes["bio"] = body.bio
        if body.thanks is not None:
            changes["thanks"] = body.thanks
        if "address" in body.model_fields_set:
            changes["address"] = ship_to(body.address) if body.address else None
        return _me(await self._accounts.update(caller.user_id, changes))

    async def address_shape(self, query: AddressShapeQuery) -> AddressShapeView:
        shape = postal.shape(query.country)
        return AddressShapeView(
            country=query.country,
            written=shape.written,
            parts=[
                AddressPartView(
                    name=part.name,
                    label=part.label[0].upper() + part.label[1:],
                    required=part.required,
                    example=part.example,
                )
                for part in shape.parts
            ],
        )

    async def change_password(self, caller: Identity, body: PasswordBody) -> None:
        await self._accounts.change_password(caller, body.current, body.new)

    async def profile(self, caller: Identity | None, handle: str) -> ProfileView:
        profile = await self._accounts.profile(handle, caller.user_id if caller else None)
        return ProfileView(
            user=UserView.of(profile.account.user),
            bio=profile.account.bio,
            followers=profile.followers,
            following=profile.following,
            listings=profile.listings,
        )

    async def follow(self, caller: Identity, handle: str) -> None:
        await self._accounts.follow(caller.user_id, handle)

    async def unfollow(self, caller: Identity, handle: str) -> None:
        await self._accounts.unfollow(caller.user_id, handle)


def _me(account: Account) -> MeView:
    address, wrong = None, {}
    if account.address is not None:
        address = AddressView.model_validate(account.address, from_attributes=True)
        wrong = postal.wrong(address.model_dump())
    return MeView(
        user=UserView.of(account.user),
        bio=account.bio,
        thanks=account.thanks,
        address=address,
        address_errors=[
            AddressErrorView(field=f"address.{field}", message=message)
            for field, message in wrong.items()
        ],
    )


def _agent(request: web.Request) -> str:
    text = request.headers.get("User-Agent", "")
    return "".join(character for character in text if character.isprintable())[:MAX_AGENT]


def _signed_in(request: web.Request, sign_in: SignIn, *, status: int) -> web.Response:
    identity = sign_in.identity
    response = json_response(
        SignInView(
            token=sign_in.token, expires_at=identity.expires_at, user=UserView.of(identity.user)
        ),
        status=status,
    )
    response.set_cookie(
        COOKIE,
        sign_in.token,
        max_age=sign_in.lifetime // 1000,
        path="/",
        secure=is_secure(request),
        httponly=True,
        samesite="Lax",
    )
    return response
