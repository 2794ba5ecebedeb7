"""`<name>_module_info.json`: what stands for a build of dynamic shape, in place of a prefix.

The vendor's names a group of three-file sets in its folder. Of it four keys are known to be required, and the types of
their values, no more; here the group is always one set.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import ConfigDict, ValidationError

from vcomp.emulator.errors import EmulatorError
from vcomp.errors import VcompError
from vcomp.files import read_bounded
from vcomp.spec import Part

SUFFIX = "_module_info.json"
MAX_BYTES = 1 << 20


class ModuleInfo(Part):
    """What the file holds. Fields that others add are ignored.

    `module_name` is the file name that the three files share, `shape_ranges` a JSON text of the smallest and the
    largest shape of each input that may vary, `shared_params` the file of parameters.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)

    module_name: str
    module_num: Literal[1] = 1
    shape_ranges: str
    shared_params: str


def module_info(base: str, ranges: Mapping[str, tuple[tuple[int, ...], tuple[int, ...]]]) -> str:
    """The text of the file for one set with this base name."""
    info = ModuleInfo(module_name=base, shape_ranges=json.dumps(ranges), shared_params=f"{base}.params")
    return json.dumps(info.model_dump(), indent=2) + "\n"


def prefix_in(path: Path) -> str:
    """The prefix of the set that the file names; EmulatorError if it cannot be read, or is not the emulator's."""
    try:
        info = ModuleInfo.model_validate(json.loads(read_bounded(path, MAX_BYTES)))
    except FileNotFoundError:
        raise EmulatorError(
            "there is no such file", where=str(path), mend="compile the model first, or correct the path"
        ) from None
    except (OSError, ValueError, RecursionError, VcompError) as error:
        reason = error.errors()[0] if isinstance(error, ValidationError) else None
        says = f"{'.'.join(map(str, reason['loc'])) or 'the file'}: {reason['msg']}" if reason else "cannot be read"
        raise EmulatorError(
            f"is no module info of a build of the emulated vamc: {says}",
            where=str(path),
            expected=f"a JSON object with {', '.join(ModuleInfo.model_fields)}",
            mend="compile again",
        ) from error
    if Path(info.module_name).name != info.module_name:
        raise EmulatorError(
            f"module_name is {info.module_name!r}", where=str(path), expected="the name of files in the same folder"
        )
    return str(path.parent / info.module_name)
