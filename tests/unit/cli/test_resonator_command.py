"""The command for a resonator: what is missing is asked for in one line; one table makes two datasets."""

from pathlib import Path

import pytest

from tlsglass import cli
from tlsglass.data import resonator_table

TABLE = str(Path(__file__).parents[3] / "config/experiments/argonne_resonator_loss/data.csv")
ALL = {
    "--frequency": "8.17499GHz",
    "--value": "f0_Hz",
    "--error": "f0_sigma_Hz",
    "--loss": "inv_Qi",
    "--loss-error": "inv_Qi_sigma",
    "--power": "power_dBm",
    "--attenuation": "0",
    "--inv-Qc": "inv_Qc",
    "--coupling-geometry": "notch",
}
MISSING = {name: name for name in ALL} | {"--inv-Qc": "--Qc"}


@pytest.mark.parametrize("missing", list(ALL))
def test_what_is_missing_is_asked_for_in_one_line(missing, capsys, tmp_path):
    arguments = [word for name, value in ALL.items() if name != missing for word in (name, value)]
    assert cli.main(["fit", TABLE, "--observable", "resonator", *arguments, "--out", str(tmp_path)]) == 2
    message = capsys.readouterr().err.strip()
    assert message.startswith(MISSING[missing])
    assert "\n" not in message


def test_one_table_makes_two_datasets_that_share():
    columns = resonator_table.Columns(
        "f0_Hz", "f0_sigma_Hz", "inv_Qi", "inv_Qi_sigma", "power_dBm", Qc="inv_Qc", Ql="Ql", inverse=("loss", "Qc")
    )
    options = {"temperature": "T_K", "temperature_unit": "K", "window_K": [0.05, 1.6]}
    loss, (shift,) = resonator_table.build_resonator_datasets(TABLE, columns, 8.17499e9, "notch", 0.0, **options)
    assert len(loss.points.T_K) == 195
    assert len(set(loss.points.sweep)) == 5
    assert shift.name == "f at power_dBm = -10"
    assert len(shift.points.T_K) == 39
    assert loss.info["joint"] == [{"dataset": shift.name, "shared": resonator_table.SHARED}]
