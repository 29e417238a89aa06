"""Joint fit of several tables from Python, with the numbers that the command gives for the same points."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tlsglass.base.types import StrPath
from tlsglass.base.validation import InputError
from tlsglass.report import fit_report

if TYPE_CHECKING:
    from tlsglass.data.dataset import Dataset
    from tlsglass.fitting.joint_result import JointResult
    from tlsglass.plotting.style import Figure


class JointReport(fit_report.Report):
    """Report of a joint fit. Printing it shows the conclusion and the shared parameters, alone and jointly.

    Attributes
    ----------
    fit : dict
        All numbers, as in joint.json.
    result : JointResult
        The numbers, and the tables ``points``, ``curves``, ``parameters``, ``left_out`` and ``powers``.
    """

    def __init__(self, result: JointResult) -> None:
        super().__init__(result.fit)
        self.result = result

    def plot(self) -> Figure:
        """Return the figure of the fit; the attribute ``figure`` is that of matplotlib."""
        return fit_report.draw_joint(self.result)

    def save(self, folder: StrPath) -> None:
        """Write joint.json, the tables joint_*.csv and the figure as one set into ``folder``, which is created."""
        fit_report.save_joint(self.result, folder)


def fit_joint(tables: Sequence[Mapping[str, Any]], shared: Sequence[str] | None = None) -> JointReport:
    """Fit several measured quantities of the same TLSs together.

    Parameters
    ----------
    tables : sequence of dict
        For each table the arguments of ``tlsglass.fit`` as a dict, such as ``{"T": T, "value": f, "error": f_error,
        "observable": "resonator_frequency", "frequency": 5e9}``. Errors are required, since they determine the weights. The
        loss of a resonator at several powers also takes ``photons``, the photon number of each point, and ``systematic``, a
        dict of the relative errors ``uncorrelated`` and ``correlated``.
    shared : sequence of str, optional
        Parameters that each table has in common with the first. By default all of the same name, without offsets and
        backgrounds.

    Returns
    -------
    JointReport
        Prints the conclusion; has ``parameters``, ``plot()`` and ``save(folder)``.

    Raises
    ------
    tlsglass.base.validation.InputError
        If the arguments are invalid.

    Examples
    --------
    >>> import numpy as np
    >>> import tlsglass
    >>> T = np.geomspace(0.05, 0.5, 20)
    >>> kappa = {"T": T, "value": 0.03 * T**1.9, "observable": "thermal_conductivity", "relative_error": 0.01}
    >>> C = {"T": T, "value": 0.001 * T**1.1, "observable": "specific_heat", "relative_error": 0.01}
    >>> report = tlsglass.fit_joint([kappa, C])
    >>> round(report.fit["mu_free"]["values"]["mu"], 3)
    0.1
    """
    from tlsglass.fitting import joint_result

    if len(tables) < 2:
        raise InputError(f"tables: {len(tables)}: a joint fit needs at least two")
    datasets = [_dataset(table, f"table {k}") for k, table in enumerate(tables, 1)]
    for dataset in datasets:
        if dataset.points.error is None:
            raise InputError(f"{dataset.name}: error or relative_error: tables are weighted by their errors")
    names = [dataset.name for dataset in datasets]
    if len(set(names)) < len(names):
        raise InputError(f"name: {', '.join(names)}: each table needs its own")
    first, *partners = datasets
    joint = [{"dataset": partner.name, "shared": _shared(first, partner, shared)} for partner in partners]
    return JointReport(joint_result.fit_joint(replace(first, info=first.info | {"joint": joint}), partners))


def _shared(first: Dataset, partner: Dataset, shared: Sequence[str] | None) -> list[str]:
    """Return the parameters that ``partner`` shares with the first dataset."""
    common = [name for name in first.observable.parameters if name in partner.observable.parameters]
    if shared is None:
        return [name for name in common if first.observable.parameters[name].in_table and name != "background"]
    unknown = [name for name in shared if name not in common]
    if unknown:
        raise InputError(f"shared: {', '.join(unknown)}: {first.name} and {partner.name} have in common {', '.join(common)}")
    return list(shared)


def _dataset(table: Mapping[str, Any], default_name: str) -> Dataset:
    """Return the dataset of the arguments of ``tlsglass.fit``."""
    from tlsglass.data import infer_dataset

    allowed = {
        **{name: name for name in ("value", "observable", "error", "relative_error", "parameters", "name", "confirm")},
        **{"T": "T_K", "frequency": "frequency_Hz", "window": "window_K", "h0": "h0_K", "time": "time_s"},
        **{name: name for name in ("temperature_error", "photons", "systematic")},
    }
    unknown = [name for name in table if name not in allowed]
    missing = [name for name in ("T", "value", "observable") if name not in table]
    for names, what in ((unknown, f"must be among {', '.join(allowed)}"), (missing, "is missing")):
        if names:
            raise InputError(f"{default_name}: {', '.join(names)}: {what}")
    return infer_dataset.dataset_from_arrays(**{"name": default_name} | {allowed[name]: x for name, x in table.items()})
