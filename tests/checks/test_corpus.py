"""The sure faults of public files are found where they are, and nothing else is called an error."""

import pytest

from tests.checks.known_faults import KNOWN, PAGE, Fault, Row, measure
from tests.conftest import SHARED
from vcomp.checks.catalogue import RULES
from vcomp.checks.document import document, measured_of

CORPUS = SHARED / "corpus" / "vastmodelzoo"
needs_corpus = pytest.mark.skipif(not CORPUS.is_dir(), reason=f"the public files are not at {CORPUS}")


@pytest.fixture(scope="module")
def measured() -> tuple[list[Row], str]:
    return measure(CORPUS)


@needs_corpus
@pytest.mark.parametrize("fault", KNOWN, ids=lambda fault: fault.title)
def test_a_class_of_faults_is_found_where_it_occurs_and_nowhere_else(
    fault: Fault, measured: tuple[list[Row], str]
) -> None:
    row = next(row for row in measured[0] if row.fault is fault)

    assert (row.missed, row.false) == ((), ())
    assert row.found == fault.files


@needs_corpus
def test_no_error_is_raised_on_files_without_a_known_fault(measured: tuple[list[Row], str]) -> None:
    assert measured[1].endswith("errors that no fault explains: 0.")


@needs_corpus
def test_the_page_has_the_table_as_measured(measured: tuple[list[Row], str]) -> None:
    assert measured_of(PAGE.read_text(encoding="utf-8")) == measured[1]


def test_the_page_is_what_the_rules_say() -> None:
    page = PAGE.read_text(encoding="utf-8")

    assert page == document(measured_of(page)), "run: python -m vcomp.checks.catalogue docs/checks.md"


def test_each_rule_has_its_own_id_in_the_order_of_the_catalogue() -> None:
    ids = [rule.id for rule in RULES]

    assert ids == sorted(set(ids))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_each_rule_explains_itself_in_a_sentence_first(rule: type) -> None:
    first = rule.explanation().split("\n\n")[0]  # type: ignore[attr-defined]

    assert len(first) > 30
    assert first.endswith(".")
