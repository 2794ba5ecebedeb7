"""Downloading one file over HTTP, resumed where it broke off."""

import http.client
import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import asdict, dataclass
from email.message import Message
from pathlib import Path
from typing import IO

from vcomp.errors import VcompError
from vcomp.files import write_text

MOST_TRIES = 100
FRUITLESS_TRIES = 4  # in a row, without one byte more
TIMEOUT_SECONDS = 30
_BLOCK = 1 << 18
_RETRIED = frozenset({408, 425, 429, 500, 502, 503, 504})

Progress = Callable[[int, int | None], None]


@dataclass(frozen=True)
class _Origin:
    """What a partial file is a part of. `validator` is a strong ETag or a date, "" when the server gave neither."""

    url: str
    validator: str
    total: int | None


class _BrokenError(Exception):
    """The transfer stopped; what arrived is kept, and another try may bring the rest."""


def fetch(
    url: str,
    target: Path,
    *,
    limit_bytes: int,
    progress: Progress | None = None,
    pause: Callable[[float], None] = time.sleep,
) -> None:
    """Download `url` to `target`. What arrived of a broken download stays in `<target>.part`, and is continued.

    A server that cannot continue sends all of it again. `progress` is told the bytes so far, and the total if known.
    VcompError for another scheme than http and https, more than `limit_bytes`, an error status, or too many breaks.
    """
    if not url.startswith(("http://", "https://")):
        raise VcompError("is no web address", where=url, expected="http://… or https://…")
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f"{target.name}.part")
    origin_file = target.with_name(f"{target.name}.part.json")
    reason = ""
    fruitless = 0
    for _ in range(MOST_TRIES):
        before = _size(part)
        try:
            _transfer(url, part, origin_file, limit_bytes, progress)
        except _BrokenError as error:
            reason = str(error)
        else:
            part.replace(target)
            origin_file.unlink(missing_ok=True)
            return
        fruitless = 0 if _size(part) > before else fruitless + 1
        if fruitless == FRUITLESS_TRIES:
            break
        if fruitless:
            pause(2 ** (fruitless - 1))
    raise VcompError(
        f"the download failed again and again: {reason}", where=url, mend="try later: it will be continued"
    )


def _transfer(url: str, part: Path, origin_file: Path, limit_bytes: int, progress: Progress | None) -> None:
    origin = _read_origin(origin_file, url)
    start = _size(part) if origin else 0
    if origin and start and start == origin.total:
        return
    headers = {"Accept-Encoding": "identity", "User-Agent": "vcomp"}
    if origin and start:
        headers["Range"] = f"bytes={start}-"
        if origin.validator:
            headers["If-Range"] = origin.validator
    with _open(url, headers, part) as response:
        if response.status == 206 and origin and _continues(response.headers, start, origin):
            total = origin.total
        elif response.status == 206:
            part.unlink(missing_ok=True)
            raise _BrokenError("the server sent another part than the one asked for")
        else:
            start, total = 0, _length(response.headers)
            part.unlink(missing_ok=True)
            write_text(origin_file, json.dumps(asdict(_Origin(url, _validator(response.headers), total))))
        _append(response, part, start, total, limit_bytes, progress)


def _open(url: str, headers: dict[str, str], part: Path) -> http.client.HTTPResponse:
    try:
        request = urllib.request.Request(url, headers=headers)  # noqa: S310 - fetch has checked the scheme
        response = _opener().open(request, timeout=TIMEOUT_SECONDS)
        assert isinstance(response, http.client.HTTPResponse)
        return response
    except urllib.error.HTTPError as error:
        with error:
            if error.code == 416:  # what is here is no beginning of what the server has
                part.unlink(missing_ok=True)
            elif error.code not in _RETRIED:
                raise VcompError(f"the server answered {error.code} {error.reason}", where=url) from error
            raise _BrokenError(f"the server answered {error.code} {error.reason}") from error
    except urllib.error.URLError as error:
        raise _BrokenError(str(error.reason)) from error
    except (ValueError, http.client.InvalidURL) as error:
        raise VcompError(f"is no usable address: {error}", where=url) from error
    except (http.client.HTTPException, OSError) as error:
        raise _BrokenError(f"the connection broke: {error or type(error).__name__}") from error


def _append(
    response: http.client.HTTPResponse,
    part: Path,
    start: int,
    total: int | None,
    limit_bytes: int,
    progress: Progress | None,
) -> None:
    done = start
    with part.open("ab" if start else "wb") as file:
        while True:
            if max(done, total or 0) > limit_bytes:
                part.unlink()
                raise VcompError(
                    f"the file has {max(done, total or 0):,} bytes or more", expected=f"at most {limit_bytes:,}"
                )
            if progress:
                progress(done, total)
            block = _read(response)
            if not block:
                break
            file.write(block)
            done += len(block)
    if total is not None and done != total:
        raise _BrokenError(f"{done:,} of {total:,} bytes arrived")


def _read(response: http.client.HTTPResponse) -> bytes:
    try:
        return response.read1(_BLOCK)
    except (http.client.HTTPException, OSError) as error:
        raise _BrokenError(f"the connection broke: {error or type(error).__name__}") from error


def _continues(headers: Message, start: int, origin: _Origin) -> bool:
    """Whether a 206 brings just what is missing: `Content-Range: bytes <start>-<last>/<total>` of the same file."""
    span, _, total = headers.get("Content-Range", "").removeprefix("bytes ").partition("/")
    same = not origin.validator or _validator(headers) in ("", origin.validator)
    return same and span.startswith(f"{start}-") and total in ("*", str(origin.total))


def _validator(headers: Message) -> str:
    tag = str(headers.get("ETag", ""))
    return tag if tag.startswith('"') else str(headers.get("Last-Modified", ""))


def _length(headers: Message) -> int | None:
    text = str(headers.get("Content-Length", ""))
    return int(text) if text.isdecimal() else None


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _read_origin(path: Path, url: str) -> _Origin | None:
    try:
        origin = _Origin(**json.loads(path.read_text()))
    except (OSError, ValueError, TypeError):
        return None
    return origin if origin.url == url else None


class _NoDowngrade(urllib.request.HTTPRedirectHandler):
    """Follows redirects, but not from https to anything else."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Message, newurl: str
    ) -> urllib.request.Request | None:
        if req.type == "https" and not newurl.startswith("https:"):
            raise VcompError("the server redirects to an address without encryption", where=req.full_url, quote=newurl)
        return super().redirect_request(req, fp, code, msg, headers, newurl)  # type: ignore[arg-type]


def _opener() -> urllib.request.OpenerDirector:
    """An opener for http and https alone: Python's own would follow a redirect to ftp as well."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.UnknownHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPErrorProcessor(),
        _NoDowngrade(),
    ):
        opener.add_handler(handler)
    return opener
