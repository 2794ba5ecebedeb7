"""What the tests of data sets share: a picture, a web server of bad manners, and a small DSB2018 archive."""

import threading
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from vcomp.datasets.download import split_of
from vcomp.datasets.images import encode


@pytest.fixture
def picture() -> NDArray[np.uint8]:
    """31×47 RGB noise: odd sizes, so that a swapped height and width shows."""
    return np.random.default_rng(0).integers(0, 256, (31, 47, 3), np.uint8)


@dataclass
class Site:
    """A web server with one file, and how it treats those who ask for it."""

    url: str
    content: bytes
    ranges: bool = True
    etag: str | None = '"1"'
    announces: int | None = None  # another Content-Length than the true one
    chunked: bool = False
    location: str | None = None
    drops: list[int] = field(default_factory=list)  # how many bytes each of the next answers sends before it breaks off
    errors: list[int] = field(default_factory=list)  # the status of the next answers
    asked: list[dict[str, str]] = field(default_factory=list)  # the headers of each request so far

    def asked_from(self) -> list[str | None]:
        return [headers.get("Range") for headers in self.asked]


class Handler(BaseHTTPRequestHandler):
    site: Site

    def do_GET(self) -> None:
        site = self.site
        site.asked.append(dict(self.headers))
        if site.errors or site.location:
            self.send_response(site.errors.pop(0) if site.errors else 302)
            if site.location:
                self.send_header("Location", site.location)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        body, span = site.content, self.headers.get("Range")
        unchanged = self.headers.get("If-Range") in (None, site.etag)
        if site.ranges and span and unchanged:
            start = int(span.removeprefix("bytes=").removesuffix("-"))
            if start >= len(body):
                self.send_error(416)
                return
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
            body = body[start:]
        else:
            self.send_response(200)
        if site.etag:
            self.send_header("ETag", site.etag)
        if not site.chunked:
            self.send_header("Content-Length", str(site.announces or len(body)))
        self.end_headers()
        self.wfile.write(body[: site.drops.pop(0)] if site.drops else body)

    def log_message(self, *_: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Say nothing: clients hang up when they have seen enough."""


@pytest.fixture
def serve() -> Iterator[Callable[..., Site]]:
    """Put bytes on the web."""
    servers = []

    def start(content: bytes, **manners: object) -> Site:
        handler = type("OneSite", (Handler,), {})
        server = Server(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        servers.append(server)
        handler.site = Site(f"http://127.0.0.1:{server.server_port}/file.zip", content, **manners)
        return handler.site

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@dataclass
class Dsb:
    """A small archive in the layout of stage1_train.zip, and the identifiers in it by split."""

    path: Path
    train: str
    val: str
    held_back: str


@pytest.fixture
def dsb(tmp_path: Path) -> Dsb:
    """One image of each part: 300×200 with two nuclei of 30×20 each, one above, one below."""
    names = {}
    for number in range(1000):
        names.setdefault(split_of(f"image{number}"), f"image{number}")
    result = Dsb(tmp_path / "stage1_train.zip", names["train"], names["val"], names["held back"])
    with zipfile.ZipFile(result.path, "w") as archive:
        for identifier in names.values():
            image = np.full((300, 200, 3), (200, 100, 50), np.uint8)
            archive.writestr(f"{identifier}/images/{identifier}.png", encode(image))
            for row in (60, 210):
                mask = np.zeros((300, 200), np.uint8)
                mask[row : row + 30, 50:70] = 255
                archive.writestr(f"{identifier}/masks/{row}.png", encode(mask))
    return result
