"""Tables of resonators: what is read of powers, photon numbers and Q, and fifty that are refused with one line each."""

import numpy as np
import pandas as pd
import pytest
import yaml

from shared import DATASET_SCHEMA
from tlsglass.base import validation
from tlsglass.data.dataset import load_dataset
from tlsglass.fitting import joint_result

H_BAR = 1.054571817e-34

FREQUENCY = {
    "title": "f",
    "reference": "nobody",
    "material": "toy",
    "observable": "resonator_frequency",
    "provenance": "measured",
    "data": {
        "file": "data.csv",
        "temperature": {"column": "T_K", "unit": "K"},
        "value": {"column": "shift", "unit": "dimensionless"},
        "error": {"column": "shift_err"},
    },
    "frequency_Hz": 6e9,
    "parameters": {
        "mu": {"start": 0.0},
        "F_tan_delta": {"start": 1e-5},
        "gap_K": {"start": 2.1, "low": 1, "high": 4},
        "kinetic_inductance_fraction": {"start": 0.02},
    },
}
LOSS = FREQUENCY | {
    "title": "Q",
    "observable": "resonator_loss",
    "data": {
        "file": "data.csv",
        "temperature": {"column": "T_K", "unit": "K"},
        "value": {"column": "inv_Qi", "unit": "dimensionless"},
        "error": {"column": "inv_Qi_err"},
        "drive": {
            "power": {"column": "power_dBm", "unit": "dBm", "attenuation_dB": 60},
            "Qc": {"column": "Qc"},
            "Ql": {"column": "Ql"},
            "coupling_geometry": "notch",
        },
    },
    "systematic": {"uncorrelated": 0.02, "correlated": 0.05},
    "joint": [{"dataset": "f", "shared": ["mu", "F_tan_delta"]}],
}


def table():
    """Five powers, ten temperatures, that do not ascend throughout the file."""
    rows = [
        {
            "T_K": T,
            "power_dBm": P,
            "inv_Qi": 1e-5 * T + 1e-6,
            "inv_Qi_err": 1e-8,
            "Qc": 5e4,
            "Ql": 4e4,
            "Qi": 2e5,
            "nbar": 7.0 - P,
        }
        for P in (-90, -80, -70, -60, -50)
        for T in np.linspace(0.02, 0.3, 10)
    ]
    return pd.DataFrame(rows)


def write(tmp_path, info, rows=None, partner=FREQUENCY):
    T = np.linspace(0.02, 0.3, 10)
    for name, content, points in (
        ("f", partner, pd.DataFrame({"T_K": T, "shift": 1e-6 * T, "shift_err": 1e-8})),
        ("q", info, table() if rows is None else rows),
    ):
        (tmp_path / name).mkdir()
        points.to_csv(tmp_path / name / "data.csv", index=False)
        (tmp_path / name / "dataset.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
    return tmp_path / "q"


def changed(*changes, info=LOSS):
    """Return ``info`` with changes (keys joined by dots, value); None takes a key away."""
    info = yaml.safe_load(yaml.safe_dump(info))
    for keys, value in changes:
        *path, last = keys.split(".")
        place = info
        for key in path:
            place = place[int(key) if isinstance(place, list) else key]
        if value is None:
            del place[last]
        else:
            place[last] = value
    return info


def drive(**keys):
    return ("data.drive", {"coupling_geometry": "notch"} | keys)


def test_photon_numbers_follow_from_power_and_quality_factors(tmp_path):
    points = load_dataset(write(tmp_path, LOSS), DATASET_SCHEMA).points
    watt = 1e-3 * 10 ** ((points.sweep - 60) / 10)
    np.testing.assert_allclose(points.photons, 2 * 4e4**2 / 5e4 * watt / (H_BAR * (2 * np.pi * 6e9) ** 2), rtol=1e-6)
    assert np.all(np.diff(points.T_K) >= 0)
    assert len(set(points.sweep)) == 5
    np.testing.assert_allclose(points.error, np.hypot(1e-8, 0.02 * points.value))


def test_without_Ql_it_follows_from_the_measured_loss(tmp_path):
    info = changed(
        drive(
            power={"column": "power_dBm", "unit": "dBm", "attenuation_dB": 60},
            Qc={"value": 5e4},
            coupling_geometry="reflection",
        )
    )
    points = load_dataset(write(tmp_path, info), DATASET_SCHEMA).points
    watt, Ql = 1e-3 * 10 ** ((points.sweep - 60) / 10), 1 / (points.value + 1 / 5e4)
    np.testing.assert_allclose(points.photons, 4 * Ql**2 / 5e4 * watt / (H_BAR * (2 * np.pi * 6e9) ** 2), rtol=1e-6)


def test_a_column_may_hold_the_inverse(tmp_path):
    rows = table().assign(inv_Qc=lambda rows: 1 / rows["Qc"])
    info = changed(("data.drive.Qc", {"column": "inv_Qc", "inverse": True}))
    for folder, loaded in ((tmp_path / "one", info), (tmp_path / "two", LOSS)):
        folder.mkdir()
        write(folder, loaded, rows)
    inverted, plain = (load_dataset(tmp_path / name / "q", DATASET_SCHEMA).points.photons for name in ("one", "two"))
    np.testing.assert_allclose(inverted, plain)


def test_photon_numbers_may_be_given(tmp_path):
    points = load_dataset(write(tmp_path, changed(drive(photons={"column": "nbar"}))), DATASET_SCHEMA).points
    np.testing.assert_array_equal(points.photons, points.sweep)


def test_photon_numbers_may_be_logarithms_and_differ_at_all_temperatures(tmp_path):
    """Without a column of powers, the lowest number at each temperature belongs to one sweep."""
    rows = table().assign(n=lambda rows: rows["nbar"] * (1 + 0.1 * rows["T_K"]), log_n=lambda rows: np.log10(rows["n"]))
    points = {}
    for name, section in (("number", {"column": "n"}), ("logarithm", {"column": "log_n", "form": "log10"})):
        (tmp_path / name).mkdir()
        info = changed(drive(photons=section))
        points[name] = load_dataset(write(tmp_path / name, info, rows), DATASET_SCHEMA).points
    np.testing.assert_allclose(points["logarithm"].photons, points["number"].photons, rtol=1e-12)
    assert sorted(set(points["number"].sweep)) == [0, 1, 2, 3, 4]
    for _, sweep in points["number"].sweeps():
        assert len(np.unique(sweep.T_K)) == len(sweep.T_K) == 10
        assert np.ptp(sweep.photons / (1 + 0.1 * sweep.T_K)) < 1e-9


def test_a_column_of_Q_is_inverted_with_its_errors(tmp_path):
    rows = table().assign(Qi_err=1e3, Qi=lambda rows: 2e5 + 1e4 * rows["T_K"])
    change = changed(
        ("data.value", {"column": "Qi", "unit": "dimensionless", "inverse": True}),
        ("data.error", {"column": "Qi_err"}),
        ("systematic", None),
    )
    points = load_dataset(write(tmp_path, change, rows), DATASET_SCHEMA).points
    Q = 2e5 + 1e4 * points.T_K
    np.testing.assert_allclose(points.value, 1 / Q)
    np.testing.assert_allclose(points.error, 1e3 / Q**2)


def test_without_a_drive_nothing_saturates(tmp_path):
    rows = table().query("power_dBm == -90")
    loaded = load_dataset(write(tmp_path, changed(("data.drive", None), ("systematic", None)), rows), DATASET_SCHEMA)
    assert loaded.points.photons is None
    strong = {"mu": 0.0, "log10_nc": -5.0, "beta1": 1.0, "beta2": 1.0, "gap_K": 2.1, "A_Hz_per_K3": 0.0, "calibration": 0.0}
    strong |= {"F_tan_delta": 1e-5, "kinetic_inductance_fraction": 0.0, "background": 0.0}
    T = loaded.points.T_K
    np.testing.assert_allclose(loaded.model(T, strong), 1e-5 * np.tanh(H_BAR * np.pi * 6e9 / (1.380649e-23 * T)), rtol=1e-9)


def test_partners_are_loaded_with_it(tmp_path):
    dataset, partners = joint_result.load_partners(write(tmp_path, LOSS), DATASET_SCHEMA)
    assert (dataset.name, [partner.name for partner in partners]) == ("q", ["f"])


# ---- fifty that are refused -----------------------------------------------------------------------------------------

POWER = {"column": "power_dBm", "unit": "dBm", "attenuation_dB": 60}


def with_cell(column, value, row=7):
    rows = table().astype(object)
    rows.loc[row, column] = value
    return rows


BROKEN = [
    # the drive
    (changed(("data.drive.coupling_geometry", None)), None, r"data\.drive\.coupling_geometry: missing"),
    (
        changed(("data.drive.coupling_geometry", 3)),
        None,
        r"data\.drive\.coupling_geometry = 3: must be one of \['notch', 'reflection'\]",
    ),
    (changed(("data.drive.coupling_geometry", "two")), None, r"data\.drive\.coupling_geometry = 'two'"),
    (changed(("data.drive.power.unit", "mV")), None, r"data\.drive\.power\.unit = 'mV'.*dBm.*W"),
    (changed(("data.drive.power.unit", None)), None, r"data\.drive\.power\.unit: missing"),
    (changed(("data.drive.power.attenuation_dB", None)), None, r"power\.attenuation_dB: missing; between the source and"),
    (changed(("data.drive.power.attenuation_dB", "60 dB")), None, r"attenuation_dB = '60 dB'"),
    (changed(drive(power=POWER)), None, r"data\.drive\.Qc: missing; photon numbers follow from power and Q_c"),
    (changed(drive(power=POWER, Qc={})), None, r"data\.drive\.Qc"),
    (changed(drive(power=POWER, Qc={"value": -1.0})), None, r"data\.drive\.Qc\.value = -1\.0: must be > 0"),
    (changed(drive(power=POWER, Qc={"column": "Qc", "value": 5e4})), None, r"data\.drive\.Qc.*either `column` or `value`"),
    (changed(drive(photons={"column": "nbar"}, power=POWER, Qc={"value": 5e4})), None, r"either `photons` or `power`"),
    (changed(drive()), None, r"data\.drive.*needs either `photons` or `power`"),
    (changed(drive(photons={"column": "nbar"}, Qc={"value": 5e4})), None, r"Q_l and Q_c belong to `power`"),
    (changed(drive(photons={"column": "nbar", "unit": "1"})), None, r"data\.drive\.photons"),
    (changed(drive(photons={"column": "photons"})), None, r"data\.csv: column photons: missing"),
    (
        changed(drive(power=POWER | {"unit": "W"}, Qc={"value": 5e4})),
        table().assign(power_dBm=1e-9),
        r"attenuation_dB = 60: goes with dBm",
    ),
    (changed(("data.drive.power.column", "dBm")), None, r"data\.csv: column dBm: missing"),
    (changed(("data.drive.Qc.column", "Q_c")), None, r"data\.csv: column Q_c: missing"),
    (changed(("data.drive.Ql.column", "Q_l")), None, r"data\.csv: column Q_l: missing"),
    (changed(("data.drive.sweep", "T_K2")), None, r"data\.csv: column T_K2: missing"),
    (
        changed(drive(photons={"column": "nbar"}, sweep="many")),
        table().assign(many=np.arange(1, 51)),
        r"column many: 50 values are too many",
    ),
    (changed(("data.drive.colour", "red")), None, r"data\.drive\.colour"),
    (changed(("data.drive", "strong")), None, r"data\.drive = 'strong'"),
    # the cells
    (LOSS, with_cell("power_dBm", "low"), r"column power_dBm, row 8: low must be a finite number"),
    (LOSS, with_cell("power_dBm", ""), r"column power_dBm, row 8: an empty field must be a finite number"),
    (LOSS, with_cell("Ql", 0), r"column Ql, row 8: 0 must be a finite number > 0"),
    (LOSS, with_cell("Ql", "nan"), r"column Ql, row 8: (nan|an empty field) must be"),
    (LOSS, with_cell("Qc", -5e4), r"column Qc, row 8: -50000.0 must be a finite number > 0"),
    (LOSS, with_cell("Qc", "inf"), r"column Qc, row 8: inf must be a finite number > 0"),
    (LOSS, with_cell("inv_Qi", 0), r"column inv_Qi, row 8: 0 must be a finite number > 0"),
    (LOSS, with_cell("inv_Qi", -1e-6), r"column inv_Qi, row 8: -1e-06 must be"),
    (LOSS, with_cell("inv_Qi_err", 0), r"column inv_Qi_err, row 8: 0 must be"),
    (LOSS, with_cell("T_K", 0), r"column T_K, row 8: 0 must be"),
    (LOSS, table().assign(T_K=lambda rows: 1e3 * rows["T_K"]), r"column T_K: 300 K cannot be: .*is the unit right\?"),
    (LOSS, table().head(8), r"8 points are too few"),
    (changed(drive(photons={"column": "nbar"})), with_cell("nbar", 0), r"column nbar, row 8: 0 must be a finite number > 0"),
    # Q
    (changed(("data.value.inverse", "yes")), None, r"data\.value\.inverse = 'yes'"),
    (changed(("data.value.unit", "GHz")), None, r"data\.value\.unit = 'GHz': must be a unit that converts to dimensionless"),
    (changed(("frequency_Hz", None)), None, r"frequency_Hz: missing; resonator_loss needs"),
    (changed(("frequency_Hz", "6 GHz")), None, r"frequency_Hz = '6 GHz'"),
    # systematic errors
    (changed(("systematic.uncorrelated", 2)), None, r"systematic\.uncorrelated = 2: must be <= 0\.3"),
    (changed(("systematic.correlated", 0)), None, r"systematic\.correlated = 0: must be > 0"),
    (changed(("systematic", {})), None, r"systematic"),
    # partners
    (changed(("joint.0.dataset", "g")), None, r"joint\[0\]\.dataset = 'g': no dataset of that name"),
    (changed(("joint.0.dataset", "q")), None, r"joint\[0\]\.dataset = 'q': must be another dataset"),
    (changed(("joint.0.shared", ["mu", "offset"])), None, r"joint\[0\]\.shared = 'offset': no parameter of resonator_loss"),
    (changed(("joint.0.shared", ["beta1"])), None, r"joint\[0\]\.shared = 'beta1': no parameter of resonator_frequency"),
    (changed(("joint.0.shared", [])), None, r"joint\[0\]\.shared"),
    (changed(("joint.0.shared", None)), None, r"joint\[0\]\.shared: missing"),
    (changed(("h0_K", 5)), None, r"joint\[0\]\.dataset = 'f': has h0_K = 10.0, but this dataset has h0_K = 5"),
    (changed(("interaction", "two_tls")), None, r"joint\[0\]\.dataset = 'f': has interaction = gaussian, but .* two_tls"),
    (
        changed(("parameters.gap_K", {"start": 20, "low": 10, "high": 30}), ("joint.0.shared", ["gap_K"])),
        None,
        r"joint\[0\]\.shared = 'gap_K': the bounds of the two datasets do not overlap \(lower bound 10, upper bound 4\)",
    ),
    (
        changed(("data.error", {"from_residuals": True}), ("systematic", None)),
        None,
        r"joint = \['f'\]: datasets that are fitted together need errors",
    ),
    # parameters
    (changed(("parameters.log10_nc", {"start": 99})), None, r"parameters\.log10_nc\.start = 99: must lie in its bounds"),
    (
        changed(("parameters.n_c", {"start": 9})),
        None,
        r"parameters\.n_c.*: no parameter of resonator_loss; allowed: mu, F_tan_delta",
    ),
    (changed(("parameters.beta2", {"start": 0.5, "high": "one"})), None, r"parameters\.beta2\.high = 'one'"),
    (
        changed(("parameters.gap_K", {"start": 0.52, "fixed": True})),  # of a superconductor that is normal at 0.3 K
        None,
        r"parameters\.gap_K\.start = 0\.52: gap_K must be at least 0\.546 K for points up to 0\.3 K, because a smaller gap"
        r" would vanish there; a window that ends at 0\.285 K or below allows 0\.52 K",
    ),
    (
        changed(("parameters.gap_K", {"start": 0.51, "high": 0.53})),
        None,
        r"parameters\.gap_K\.high = 0\.53: gap_K must be .*; a window that ends at 0\.291 K or below allows 0\.53 K",
    ),
    (
        changed(("parameters.gap_K", {"start": 0, "low": 0, "fixed": True})),
        None,
        r"parameters\.gap_K\.start = 0: gap_K must be at least 0\.546 K for points up to 0\.3 K, because .* vanish there\Z",
    ),
    (
        changed(("parameters.gap_K", {"start": 29})),
        table().assign(T_K=lambda rows: 60 * rows["T_K"]),
        r"window_K = 'all points': gap_K must be at least 32\.8 K .*; a window that ends at 16\.4 K or below allows 30 K",
    ),
]


@pytest.mark.parametrize(("info", "rows", "message"), BROKEN)
def test_a_broken_table_is_refused_in_one_line(tmp_path, info, rows, message):
    folder = write(tmp_path, info, rows)
    with pytest.raises(validation.InputError, match=message) as caught:
        joint_result.load_partners(folder, DATASET_SCHEMA)
    assert len(caught.value.lines) == 1, caught.value.lines
    assert "\n" not in caught.value.lines[0]
    assert caught.value.lines[0].startswith(str(folder))


def test_a_shared_parameter_is_fixed_at_one_value(tmp_path):
    loss = changed(("parameters.gap_K", {"start": 2.1, "fixed": True}), ("joint.0.shared", ["gap_K"]))
    folder = write(tmp_path, loss, partner=changed(("parameters.gap_K", {"start": 2.2, "fixed": True}), info=FREQUENCY))
    message = r"joint\[0\]\.shared = 'gap_K': is fixed at 2\.1 in this dataset, but at 2\.2 in f"
    with pytest.raises(validation.InputError, match=message):
        joint_result.load_partners(folder, DATASET_SCHEMA)


def test_partners_fix_a_shared_parameter_at_one_value(tmp_path):
    folder = write(tmp_path, LOSS | {"joint": [{"dataset": name, "shared": ["gap_K"]} for name in ("f", "g")]})
    for name, value in (("f", 2.1), ("g", 2.2)):
        (tmp_path / name).mkdir(exist_ok=True)
        info = changed(("parameters.gap_K", {"start": value, "fixed": True}), info=FREQUENCY)
        (tmp_path / name / "dataset.yaml").write_text(yaml.safe_dump(info), encoding="utf-8")
    with pytest.raises(validation.InputError, match=r"joint\[1\]\.shared = 'gap_K': is fixed at 2\.1 in f, but at 2\.2 in g"):
        load_dataset(folder, DATASET_SCHEMA)


def test_a_fixed_gap_must_suit_the_points_of_all_datasets(tmp_path):
    """The frequency ends at 0.28 K, where a gap of 0.52 K exists, and the loss at 0.3 K, where it does not."""
    partner = changed(("parameters.gap_K", {"start": 0.52, "fixed": True}), ("window_K", [0, 0.28]), info=FREQUENCY)
    folder = write(tmp_path, changed(("joint.0.shared", ["gap_K"]), ("parameters.gap_K.low", 0.5)), partner=partner)
    with pytest.raises(validation.InputError, match=r"joint fit of q, f: gap_K = 0\.52 is fixed, but must be 0\.546 to 4"):
        joint_result.fit_joint(*joint_result.load_partners(folder, DATASET_SCHEMA))


def test_bounds_must_overlap_for_the_points_of_all_datasets(tmp_path):
    """The loss allows a gap up to 0.6 K, but the frequency was measured up to 3 K."""
    partner = changed(("parameters.gap_K", {"start": 7, "low": 0.5, "high": 30}), info=FREQUENCY)
    own = changed(("joint.0.shared", ["gap_K"]), ("parameters.gap_K", {"start": 0.58, "low": 0.5, "high": 0.6}))
    folder = write(tmp_path, own, partner=partner)
    table_of_f = pd.read_csv(tmp_path / "f/data.csv")
    table_of_f.assign(T_K=10 * table_of_f["T_K"]).to_csv(tmp_path / "f/data.csv", index=False)
    with pytest.raises(
        validation.InputError, match=r"joint fit of q, f: the bounds of gap_K do not overlap \(lower bound 5\.46"
    ):
        joint_result.fit_joint(*joint_result.load_partners(folder, DATASET_SCHEMA))


def test_there_are_fifty_of_them():
    assert len(BROKEN) >= 50


@pytest.mark.parametrize(
    ("key", "value"),
    [("drive", LOSS["data"]["drive"]), ("systematic", {"uncorrelated": 0.02}), ("inverse", True)],
)
def test_another_observable_has_no_use_for_them(tmp_path, key, value):
    where = {"drive": "data.drive", "systematic": "systematic", "inverse": "data.value.inverse"}[key]
    partner = changed((where, value), info=FREQUENCY)
    write(tmp_path, LOSS, partner=partner)
    with pytest.raises(validation.InputError, match=f"{key} .*resonator_frequency has no use for it") as caught:
        load_dataset(tmp_path / "f", DATASET_SCHEMA)
    assert len([line for line in caught.value.lines if key in line]) == 1
