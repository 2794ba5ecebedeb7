"""Which project a command works on, which of its models, and where its data lies."""

from pathlib import Path

import pytest

from tests.builders import TINY_SPEC, write_tiny_model
from vcomp.errors import VcompError
from vcomp.project import Project, find_project
from vcomp.project.shipped import shipped


def add_model(project: Path, name: str, *variants: str) -> Path:
    """`models/<name>` with a spec, and variants of it."""
    folder = project / "models" / name
    folder.mkdir(parents=True)
    listed = ", ".join(f"spec.variant(name={variant!r})" for variant in variants)
    (folder / "spec.py").write_text(f"{TINY_SPEC.replace('tiny', name)}\nvariants = [{listed}]\n")
    return folder


@pytest.fixture
def zoo(project: Path) -> Path:
    add_model(project, "alpha", "alpha-l1", "alpha-l2")
    add_model(project, "beta")
    return project


def names(found: Project, *asked: str, variants: bool = True) -> list[str]:
    return [spec.name for _, spec in found.select(asked, variants=variants)]


def test_a_project_is_found_from_any_folder_inside_it(zoo: Path) -> None:
    deep = zoo / "models" / "alpha" / "weights" / "old"
    deep.mkdir(parents=True)
    for start in (zoo, zoo / "models", deep):
        assert find_project(start).root == zoo


def test_the_nearest_project_wins(zoo: Path) -> None:
    inner = zoo / "inner"
    write_tiny_model(inner)
    assert names(find_project(inner)) == ["tiny"]


def test_a_config_alone_makes_a_project(zoo: Path) -> None:
    inner = zoo / "inner"
    inner.mkdir()
    (inner / "vcomp.yaml").write_text("")
    assert find_project(inner).root == inner
    assert names(find_project(inner)) == []


def test_a_folder_called_models_without_a_spec_makes_no_project(zoo: Path) -> None:
    inner = zoo / "inner"
    (inner / "models" / "empty").mkdir(parents=True)
    assert find_project(inner).root == zoo


def test_a_relative_start_is_where_the_user_stands(zoo: Path) -> None:
    assert find_project(Path()).root == zoo


def test_outside_any_project_there_are_the_shipped_models(project: Path) -> None:
    found = find_project(project)
    assert found.models_dir == shipped("models")
    assert "unetpp" in names(found)


def test_models_and_templates_are_shipped() -> None:
    assert (shipped("models") / "unetpp" / "spec.py").is_file()
    assert (shipped("templates") / "report.html.j2").is_file()


def test_without_a_name_all_models_are_meant(zoo: Path) -> None:
    assert names(find_project(zoo)) == ["alpha", "alpha-l1", "alpha-l2", "beta"]


def test_without_a_name_variants_may_be_left_out(zoo: Path) -> None:
    assert names(find_project(zoo), variants=False) == ["alpha", "beta"]


def test_without_a_name_the_model_that_the_user_stands_in_is_meant(zoo: Path) -> None:
    assert names(find_project(zoo / "models" / "alpha"), variants=False) == ["alpha"]
    inside = zoo / "models" / "beta" / "weights"
    inside.mkdir()
    assert names(find_project(inside)) == ["beta"]


def test_a_name_is_meant_wherever_the_user_stands(zoo: Path) -> None:
    assert names(find_project(zoo / "models" / "alpha"), "beta") == ["beta"]


def test_a_variant_is_selected_by_its_own_name(zoo: Path) -> None:
    ((model, spec),) = find_project(zoo).select(["alpha-l2"])
    assert (model.folder.name, spec.name) == ("alpha", "alpha-l2")


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (["beta", "alpha"], ["beta", "alpha"]),
        (["alpha*"], ["alpha", "alpha-l1", "alpha-l2"]),
        (["*-l?"], ["alpha-l1", "alpha-l2"]),
        (["alpha-l[2-9]"], ["alpha-l2"]),
        (["beta", "*a"], ["beta", "alpha"]),
        (["alpha", "alpha"], ["alpha"]),
    ],
)
def test_names_and_globs_are_taken_in_the_order_asked_for_and_once(
    zoo: Path, asked: list[str], found: list[str]
) -> None:
    assert names(find_project(zoo), *asked) == found


def test_a_name_that_is_unknown_is_told_with_the_nearest(zoo: Path) -> None:
    with pytest.raises(VcompError) as caught:
        find_project(zoo).select(["alpha", "bata"])
    assert "unknown model 'bata'" in str(caught.value)
    assert "did you mean 'beta'?" in str(caught.value)


def test_a_glob_that_matches_nothing_is_unknown(zoo: Path) -> None:
    with pytest.raises(VcompError, match=r"unknown model 'gamma\*'"):
        find_project(zoo).select(["gamma*"])


def test_a_project_without_models_says_so(project: Path) -> None:
    (project / "vcomp.yaml").write_text("")
    with pytest.raises(VcompError, match="there is none yet"):
        find_project(project).select(["alpha"])


def test_a_glob_for_several_is_no_single_model(zoo: Path) -> None:
    assert find_project(zoo).select_one("b*")[1].name == "beta"
    with pytest.raises(VcompError, match="'alpha-l\\*' stands for alpha-l1, alpha-l2"):
        find_project(zoo).select_one("alpha-l*")


def test_a_name_that_two_folders_use_is_refused(zoo: Path) -> None:
    add_model(zoo, "alpha-l1")
    with pytest.raises(VcompError, match="two models are called 'alpha-l1'"):
        find_project(zoo).select(["*"])


# -- data --------------------------------------------------------------------------------------------------------------


@pytest.fixture
def folders(zoo: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with three data folders, one of which each way of saying it names."""
    for name in ("said", "environment", "configured"):
        (zoo / name).mkdir()
    (zoo / "vcomp.yaml").write_text("data: configured\n")
    monkeypatch.setenv("VCOMP_DATA", str(zoo / "environment"))
    return zoo


def test_the_option_says_where_data_lies_before_all_else(folders: Path) -> None:
    assert find_project(folders).data_root(Path("said")) == folders / "said"


def test_the_environment_says_it_without_an_option(folders: Path) -> None:
    assert find_project(folders).data_root(None) == folders / "environment"


def test_the_config_says_it_last_relative_to_itself(folders: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VCOMP_DATA")
    assert find_project(folders / "models" / "alpha").data_root(None) == folders / "configured"


def test_nobody_may_say_it(zoo: Path) -> None:
    assert find_project(zoo).data_root(None) is None


@pytest.mark.parametrize("said_by", ["--data", "VCOMP_DATA", "vcomp.yaml"])
def test_a_data_folder_that_is_not_there_is_told_with_who_said_it(
    zoo: Path, monkeypatch: pytest.MonkeyPatch, said_by: str
) -> None:
    if said_by == "VCOMP_DATA":
        monkeypatch.setenv("VCOMP_DATA", "gone")
    if said_by == "vcomp.yaml":
        (zoo / "vcomp.yaml").write_text("data: gone\n")
    with pytest.raises(VcompError, match=rf"{said_by}  the data folder .*gone does not exist"):
        find_project(zoo).data_root(Path("gone") if said_by == "--data" else None)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"data: [", "not YAML"),
        (b"data: \xff", "not YAML"),
        (b"[" * 10_000, "not YAML"),
        (b"data: 2026-13-45", "not YAML"),
        (b"- data", "not a mapping"),
        (b"date: here", "did you mean 'data'?"),
        (b"data: 3", "data is 3\n    expected a path"),
        (b"#" * (2 << 20), "expected at most"),
    ],
    ids=["brackets", "no text", "nested", "no date", "list", "key", "type", "size"],
)
def test_a_config_that_is_wrong_is_told_with_its_file(zoo: Path, content: bytes, says: str) -> None:
    (zoo / "vcomp.yaml").write_bytes(content)
    with pytest.raises(VcompError) as caught:
        find_project(zoo).data_root(None)
    assert str(zoo / "vcomp.yaml") in str(caught.value)
    assert says in str(caught.value)
