"""All rules, in the order of their ids.

`python -m vcomp.checks.catalogue docs/checks.md` writes the page that describes them.
"""

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from vcomp.checks import (
    calibration,
    colours,
    commands,
    config_keys,
    files,
    geometry,
    graph,
    keys,
    models,
    names,
    normalising,
    options,
    pages,
    prefixes,
    prove,
    scripts,
    shapes,
    sizes,
    types,
    vdsp_sizes,
)
from vcomp.checks.rule import Rule
from vcomp.errors import unknown
from vcomp.files import write_text

AnyRule = type[Rule[Any]]

GROUPS: dict[str, tuple[AnyRule, ...]] = {
    "Files": (files.Unreadable, files.OlderFormat, files.PassedOver),
    "Keys": (
        keys.UnknownKey, keys.MisplacedKey, keys.MissingKey, keys.OldKey, keys.IdleParameters, keys.UnstatedType,
        config_keys.MissingVdspKey, config_keys.MisspeltVdspKey, config_keys.UnknownVdspKey,
    ),
    "Types and words": (
        types.WrongType, types.NullAsText, types.NullValue, types.UnknownWord, shapes.MalformedShape, shapes.NotAnOp,
    ),
    "Names and artifacts": (
        names.DtypeInName, names.SameArtifact, names.SharedName, names.CopiedIdentity, names.FileOfAnother,
    ),
    "Sizes": (
        sizes.FitWithoutPad, sizes.FitInsideWithoutPad, sizes.NotTheInputSize, sizes.CropTooLarge, sizes.ChannelCount,
        vdsp_sizes.PitchIsNotSize, vdsp_sizes.CropOutside, vdsp_sizes.CropOffCentre, vdsp_sizes.InputIsNotFirstSize,
        vdsp_sizes.NoPadding,
    ),
    "Mean and std": (
        normalising.ScaleOfMean, normalising.OrderOfMean, normalising.StdNearZero, normalising.UnusedMean,
        normalising.UsedElsewhere, normalising.ScaleOfUnusedMean, normalising.MeanOfOtherOrder,
    ),
    "Colours": (colours.CodeAgainstFormat, colours.LayoutAgainstFormat),
    "Calibration against runtime": (
        calibration.NormalisationDiffers, calibration.NormalisationOfOriginDiffers, calibration.ColoursDiffer,
        calibration.ColoursMayDiffer, geometry.GeometryDiffers, geometry.GeometryMayDiffer,
        geometry.SizeDiffers, geometry.KernelDiffers,
    ),
    "Builds and data": (
        options.TwiceGiven, options.CalibratesForNothing, options.NothingToCalibrateOn, options.NoCalibrateMode,
        options.OpsOnArrays, options.OrderOfOps, options.CalibratesOnEvaluation,
    ),
    "The network's file": (
        graph.NoGraph, graph.InputNames, graph.InputShapes, graph.Opset, graph.Outputs,
    ),
    "Specs": (
        models.NotRenderable, models.Drift, models.NotRendered, models.EscapeHatch, models.OneFolderForBoth,
    ),
    "Pages and scripts": (
        pages.MissingFile, pages.BrokenLink, prefixes.NoSuchBuild, prefixes.OtherDtype, prefixes.NotMod,
        prefixes.OtherRoot, pages.NoOneFolder, commands.LostDash, commands.UnknownOption, commands.GluedOption,
        commands.ShapeOfAnother, pages.OldVerb, pages.BuildsAnother, scripts.DoesNotParse, scripts.DefaultNotThere,
        scripts.DefaultBuild,
    ),
}  # fmt: skip
"""The rules by subject."""

RULES: tuple[AnyRule, ...] = tuple(rule for group in GROUPS.values() for rule in group)
PROOF: tuple[AnyRule, ...] = (prove.Parts,)
"""The rules that run only when a proof is asked for."""


def rule_with(identifier: str) -> AnyRule:
    """The rule of an id; VcompError if there is none."""
    by_id = {rule.id: rule for rule in (*RULES, *PROOF)}
    if identifier.upper() not in by_id:
        raise unknown("rule", identifier, by_id)
    return by_id[identifier.upper()]


def chosen(select: Sequence[str] = (), ignore: Sequence[str] = (), *, prove: bool = False) -> list[AnyRule]:
    """The rules whose ids begin with one of `select`, all if there is none, without those of `ignore`.

    With `prove` the proofs are always among them. VcompError for a beginning that no rule has.
    """
    every = [*RULES, *PROOF]
    for prefix in (*select, *ignore):
        if not prefix or not _with_prefix(every, (prefix,)):
            raise unknown("rule", prefix, [rule.id for rule in every])
    wanted = _with_prefix(every, select) if select else RULES
    left_out = _with_prefix(every, ignore)
    return [*(rule for rule in wanted if rule not in left_out and rule not in PROOF), *(PROOF if prove else ())]


def _with_prefix(rules: Iterable[AnyRule], prefixes: Sequence[str]) -> list[AnyRule]:
    return [rule for rule in rules if rule.id.startswith(tuple(prefix.upper() for prefix in prefixes))]


def main(path: Path) -> None:
    """Write the catalogue into a page, whose section of figures stays as it is."""
    from vcomp.checks.document import document, measured_of

    write_text(path, document(measured_of(path.read_text(encoding="utf-8") if path.exists() else "")))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
