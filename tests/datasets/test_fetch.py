import json

import pytest

from vcomp.datasets.fetch import FRUITLESS_TRIES, fetch
from vcomp.errors import VcompError

CONTENT = bytes(range(256)) * 4000


@pytest.fixture
def get(tmp_path):
    """Download to a file that is called `file`, without pauses."""

    def run(site, limit_bytes=1 << 30, **options):
        fetch(site.url, tmp_path / "file", limit_bytes=limit_bytes, pause=lambda _: None, **options)
        return (tmp_path / "file").read_bytes()

    return run


def leftovers(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_file_arrives_and_nothing_else_is_left(tmp_path, serve, get):
    seen = []

    assert get(serve(CONTENT), progress=lambda done, total: seen.append((done, total))) == CONTENT
    assert leftovers(tmp_path) == ["file"]
    assert seen[0] == (0, len(CONTENT))
    assert seen[-1] == (len(CONTENT), len(CONTENT))


def test_a_connection_that_drops_midway_is_continued_from_there(serve, get):
    site = serve(CONTENT, drops=[300_000, 200_000])

    assert get(site) == CONTENT
    assert site.asked_from() == [None, "bytes=300000-", "bytes=500000-"]
    assert site.asked[1]["If-Range"] == '"1"'


def test_a_later_run_continues_what_an_earlier_one_began(tmp_path, serve, get):
    site = serve(CONTENT, drops=[300_000] + [0] * FRUITLESS_TRIES)
    with pytest.raises(VcompError, match=r"300,000 of 1,024,000 bytes arrived"):
        get(site)
    assert leftovers(tmp_path) == ["file.part", "file.part.json"]
    site.asked.clear()

    assert get(site) == CONTENT
    assert site.asked_from() == ["bytes=300000-"]


def test_a_server_without_ranges_sends_all_of_it_again(serve, get):
    site = serve(CONTENT, ranges=False, drops=[300_000])

    assert get(site) == CONTENT
    assert len(site.asked) == 2


def test_a_file_that_changed_meanwhile_is_taken_from_the_start(serve, get):
    site = serve(CONTENT, drops=[300_000])

    def change(done, total):
        site.content, site.etag = CONTENT[::-1], '"2"'

    assert get(site, progress=change) == CONTENT[::-1]


def test_a_file_that_changed_size_is_taken_from_the_start_even_without_a_tag(serve, get):
    site = serve(CONTENT, etag=None, drops=[300_000])

    def change(done, total):
        site.content = CONTENT[:500_000][::-1]

    assert get(site, progress=change) == CONTENT[:500_000][::-1]


def test_a_part_of_another_address_is_not_continued(tmp_path, serve, get):
    (tmp_path / "file.part").write_bytes(b"x" * 1000)
    origin = {"url": "http://other/file", "validator": "", "total": len(CONTENT)}
    (tmp_path / "file.part.json").write_text(json.dumps(origin))

    assert get(serve(CONTENT)) == CONTENT


@pytest.mark.parametrize("origin", ["", "[]", '{"url": 1}'])
def test_a_damaged_note_about_the_part_means_starting_over(tmp_path, serve, get, origin):
    (tmp_path / "file.part").write_bytes(b"x" * 1000)
    (tmp_path / "file.part.json").write_text(origin)

    assert get(serve(CONTENT)) == CONTENT


def test_a_part_that_was_whole_already_is_not_asked_for_again(tmp_path, serve, get):
    site = serve(CONTENT)
    (tmp_path / "file.part").write_bytes(CONTENT)
    (tmp_path / "file.part.json").write_text(json.dumps({"url": site.url, "validator": '"1"', "total": len(CONTENT)}))

    assert get(site) == CONTENT
    assert site.asked == []


def test_a_part_that_is_longer_than_the_file_is_thrown_away(tmp_path, serve, get):
    site = serve(CONTENT)
    (tmp_path / "file.part").write_bytes(CONTENT + b"x")
    (tmp_path / "file.part.json").write_text(json.dumps({"url": site.url, "validator": '"1"', "total": len(CONTENT)}))

    assert get(site) == CONTENT


def test_a_file_of_unknown_length_arrives(serve, get):
    assert get(serve(CONTENT, chunked=True)) == CONTENT


@pytest.mark.parametrize("chunked", [False, True])
def test_a_file_beyond_the_bound_is_refused_and_not_kept(tmp_path, serve, get, chunked):
    with pytest.raises(VcompError, match="at most 1,000"):
        get(serve(CONTENT, chunked=chunked), limit_bytes=1000)
    assert not (tmp_path / "file.part").exists()


def test_a_busy_server_is_asked_again(serve, get):
    site = serve(CONTENT, errors=[503, 429])

    assert get(site) == CONTENT
    assert len(site.asked) == 3


def test_a_missing_file_is_not_asked_for_again(serve, get):
    site = serve(CONTENT, errors=[404])

    with pytest.raises(VcompError, match="answered 404"):
        get(site)
    assert len(site.asked) == 1


def test_a_server_that_is_not_there_is_given_up_on(serve, get):
    site = serve(b"")
    site.url = "http://127.0.0.1:1/file"

    with pytest.raises(VcompError, match="failed again and again"):
        get(site)


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/a", "file:///etc/hostname", "http://127.0.0.1:port/", "http://[1/"])
def test_other_schemes_and_broken_addresses_are_refused(serve, get, url):
    site = serve(b"")
    site.url = url

    with pytest.raises(VcompError, match=r"no (web|usable) address"):
        get(site)


@pytest.mark.parametrize("location", ["ftp://127.0.0.1/a", "file:///etc/hostname"])
def test_redirects_lead_nowhere_but_to_the_web(serve, get, location):
    with pytest.raises(VcompError):
        get(serve(b"", location=location))


def test_redirects_on_the_web_are_followed(serve, get):
    assert get(serve(b"", location=serve(CONTENT).url)) == CONTENT
