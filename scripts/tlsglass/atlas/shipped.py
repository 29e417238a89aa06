"""The interactions of which an atlas is part of the package. Plain Python without numpy, for the checks of datasets."""

from pathlib import Path

from tlsglass.model.interaction import GAUSSIAN

SHIPPED_INTERACTIONS = {  # files of the package
    path.stem.removeprefix("interaction_"): path for path in sorted(Path(__file__).parent.glob("interaction_*.npz"))
}


def interaction_names() -> list[str]:
    """Return the names of all interactions of which an atlas is part of the package, the default first."""
    return [GAUSSIAN, *SHIPPED_INTERACTIONS]
