"""Mutants of pages and scripts."""

from hypothesis import strategies as st

from tests.checks.breaking import Draw, breaks, misspelt, pick
from tests.checks.worlds import World


def change(world: World, old: str, new: str) -> None:
    assert old in world.page
    world.page = world.page.replace(old, new)


@breaks("VC901")
def missing_file(draw: Draw, world: World) -> None:
    name = pick(draw, "infer.py", world.json_name, f"build/{world.yaml_name}\npython")
    name = name.split("\n")[0]
    at = draw(st.integers(0, len(name) - 6))
    change(world, f"/{name}", f"/{name[:at]}zz{name[at:]}")


@breaks("VC902")
def broken_link(draw: Draw, world: World) -> None:
    change(world, "](./", pick(draw, "](../", "](./x/", "](build_in/"))


@breaks("VC903")
def no_such_build(draw: Draw, world: World) -> None:
    change(world, f"_{world.family}_int8/mod", f"_{world.family}_{pick(draw, 'run_stream_int8', 'v2_int8', 'int')}/mod")


@breaks("VC904")
def other_dtype(draw: Draw, world: World) -> None:
    change(world, "_int8/mod", "_fp16/mod")


@breaks("VC905")
def not_mod(draw: Draw, world: World) -> None:
    change(world, "_int8/mod", f"_int8/{pick(draw, world.family, 'model', 'mods')}")


@breaks("VC906")
def other_root(draw: Draw, world: World) -> None:
    change(world, "deploy_weights/", pick(draw, "deploy_weights/fp16/", "eploy_weights/", "vacc_deploy/"))


@breaks("VC907")
def no_one_folder(draw: Draw, world: World) -> None:
    options = ("../build_in/vsx", "build_in/vsx"), ("--vdsp_params ../build_in", "--vdsp_params build_in")
    change(world, *pick(draw, *options))


@breaks("VC908")
def lost_dash(draw: Draw, world: World) -> None:
    change(world, "-p 1", f"p {draw(st.integers(1, 9))}")


@breaks("VC909")
def unknown_option(draw: Draw, world: World) -> None:
    option = pick(draw, "--file_path", "--vdsp_params_info", "--vdsp_params")
    change(world, f"{option} ", f"--{misspelt(draw, option[4:-2])}q ")


@breaks("VC910")
def glued_option(draw: Draw, world: World) -> None:
    option = pick(draw, "--file_path", "--model_prefix_path", "--vdsp_params_info")
    change(world, f"{option} ", option)


@breaks("VC911")
def shape_of_another(draw: Draw, world: World) -> None:
    change(world, "-s [3,", pick(draw, "-s [1,", "-s [3,7,", "-s [4,"))


@breaks("VC912")
def old_verb(draw: Draw, world: World) -> None:
    change(world, "vamc compile", "vamc build")


@breaks("VC913")
def builds_another(draw: Draw, world: World) -> None:
    world.others[f"source_code/{world.origin}_{world.family}{pick(draw, '', '_deploy')}.md"] = (
        "```bash\nvamc compile ../build_in/build/ppcls_other.yaml\n```\n"
    )


@breaks("VC921")
def does_not_parse(draw: Draw, world: World) -> None:
    lines = world.script.split("\n")
    broken = pick(draw, "<<<<<<< HEAD", "    x = 1", "def f(:", "print 'x'", ">>>>>>> main")
    lines.insert(draw(st.integers(0, len(lines))), broken)
    world.script = "\n".join(lines)


@breaks("VC922")
def default_not_there(draw: Draw, world: World) -> None:
    world.script = world.script.replace(
        "-vdsp_params.json", pick(draw, "-vdsp_params.json.json", "_s-vdsp_params.json")
    )


@breaks("VC923")
def default_build(draw: Draw, world: World) -> None:
    world.script = world.script.replace("_int8/mod", pick(draw, "_int/mod", "_run_model_fp16/mod"))
