"""``tlsglass.simulate``: the bits of the workflow with any number of processes, after any interruption; and what it refuses."""

import json
import math
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import tlsglass
from shared import CONFIG, PUBLISHED, ROOT
from tlsglass.base import io, validation
from tlsglass.dos import fits
from tlsglass.dos.density_of_states import DensityOfStates
from tlsglass.model.interaction import INTERACTIONS
from tlsglass.montecarlo import methods
from tlsglass.montecarlo.protocol import TEMPERING
from tlsglass.montecarlo.tempering import INTERVALS
from tlsglass.study import simulate, simulation_choices
from tlsglass.study.configured_study import Study
from tlsglass.study.simulation_choices import Choices

SMALL = {"L": 4, "J0_K": 3, "realizations": 40, "temperatures_K": [0.5, 2], "sweeps": 20}


def test_the_defaults_are_the_choices_of_the_study():
    study = Study(CONFIG)
    choices = Choices(L=12, J0_K=3, realizations=100, temperatures_K=CONFIG["density_of_states"]["temperatures_K"])
    assert choices.model == study.model("12", "3")
    assert choices.protocol == study.protocol()
    assert choices.plan.fingerprint == study.set_plan("12", "3").fingerprint
    assert choices.plan.rungs == study.set_plan("12", "3").rungs
    assert tuple(CONFIG["checks"]["finite_size"]["schedule_K"]) == simulation_choices.SCHEDULES_K["short"]
    assert CONFIG["fits"]["jackknife_groups"] == simulation_choices.JACKKNIFE_GROUPS
    assert CONFIG["fits"]["eq3_window_T"] == fits.EQ3_WINDOW_T
    assert simulation_choices.SWEEPS_MULTIPLE[TEMPERING] == INTERVALS
    settings = validation.read_yaml(ROOT / "config/equilibrium.yaml")["checks"]["equilibrium"]
    assert settings["acceptance"] == simulation_choices.EXCHANGE_ACCEPTANCE
    entry = next(entry for entry in settings["sets"] if (entry["L"], entry["J0_K"]) == (12, 3))
    assert entry["sweeps"] == simulation_choices.SWEEPS[TEMPERING]


def test_the_counts_are_those_of_the_published_batches():
    published = DensityOfStates.load(PUBLISHED / "dos/L8_J2/T0.5.npz").between(0, 20)
    series = tlsglass.simulate(L=8, J0_K=2, realizations=20, temperatures_K=[0.5])
    np.testing.assert_array_equal(series.at(0.5).edges_K, published.edges_K)
    np.testing.assert_array_equal(series.at(0.5).total, published.total)
    assert series.at(0.5).fingerprint == published.fingerprint
    quench = DensityOfStates.load(PUBLISHED / "dos/L8_J2/T2e-06.npz").between(0, 20)
    np.testing.assert_array_equal(series.quench.total, quench.total)


@pytest.mark.parametrize("name", INTERACTIONS)
def test_every_interaction_is_that_of_the_engine(name):
    series = tlsglass.simulate(**SMALL | {"realizations": 20}, interaction=name, schedule="short", dynamics="heat_bath", seed=7)
    choices = Choices(**SMALL, interaction=name, schedule="short", dynamics="heat_bath", seed=7)
    assert choices.model.interaction == name
    expected, _ = methods.simulate(choices.model, choices.protocol, 0, 20)
    for density in (*series.rungs, series.quench):
        np.testing.assert_array_equal(density.counts, expected[density.T_K].counts)


def test_tempering_is_that_of_the_engine_and_says_how_many_copies_met():
    lines = []
    tempering = SMALL | {"method": TEMPERING, "sweeps": 128, "realizations": 20}
    series = tlsglass.simulate(**tempering, report=lines.append)
    choices = Choices(**tempering)
    assert choices.protocol.ladder_K[0] == 6.5
    expected, record = methods.simulate(choices.model, choices.protocol, 0, 20)
    assert series.quench is None
    for density in series.rungs:
        np.testing.assert_array_equal(density.counts, expected[density.T_K].counts)
    met = sum(len(set(lowest)) == 1 and min(trips) >= 4 for lowest, trips in zip(record.lowest, record.trips, strict=True))
    assert lines[-1] == f"realizations whose two copies met: {met} of 20"


def test_temperatures_are_inserted_and_the_schedule_is_scaled_with_the_field():
    choices = Choices(**SMALL | {"temperatures_K": [0.37, 0.005]})
    assert set(choices.protocol.ladder_K) == {*simulation_choices.SCHEDULES_K["paper"], 0.37, 0.005}
    assert list(choices.protocol.ladder_K) == sorted(choices.protocol.ladder_K, reverse=True)
    tenth = Choices(**SMALL | {"temperatures_K": [0.037, 0.0005], "J0_K": 0.3}, h0_K=1)
    assert tenth.protocol.ladder_K == pytest.approx([T / 10 for T in choices.protocol.ladder_K], rel=1e-11)
    small = tlsglass.simulate(**SMALL | {"temperatures_K": [0.05], "J0_K": 0.3, "h0_K": 1})
    large = tlsglass.simulate(**SMALL)
    np.testing.assert_array_equal(small.at(0.05).total, large.at(0.5).total)  # all energies are a tenth


def test_the_batches_do_not_matter(monkeypatch):
    whole = tlsglass.simulate(**SMALL)
    monkeypatch.setattr(simulation_choices, "MAX_BLOCKS_OF_BATCH", 1)
    assert len(Choices(**SMALL).plan.batches) == 4
    parts = tlsglass.simulate(**SMALL, cores=2)
    for density in whole.rungs:
        np.testing.assert_array_equal(density.counts, parts.at(density.T_K).counts)


def test_the_errors_are_those_of_the_blocks():
    series = tlsglass.simulate(**SMALL)
    density = series.at(2)
    assert density.n.value @ density.widths_K == pytest.approx(density.concentration)  # each TLS is counted once
    blocks = density.counts.sum(axis=1)
    assert list(blocks) == [320] * 4
    share = density.counts[:, :60].sum(axis=1) / 320
    expected = np.std(share, ddof=1) / 2
    summed = density.coarsen(np.array([0, 60, len(density.counts[0])])).n[0]
    assert float(summed.error * density.edges_K[60] / 0.5) == pytest.approx(expected)
    assert math.isfinite(fits.fit_eq3(density, 2.0).mu.value)


def test_the_files_are_those_that_the_library_reads(tmp_path):
    series = tlsglass.simulate(**SMALL, folder=tmp_path / "out")
    summary = json.loads((tmp_path / "out/simulation.json").read_text(encoding="utf-8"))
    assert set(summary["sha256"]) == {f"T{T}.{kind}" for T in ("0.5", "2", "2e-06") for kind in ("npz", "csv")}
    assert summary["fingerprint"]["seed"] == 20210205
    assert {name: io.sha256(tmp_path / "out" / name) for name in summary["sha256"]} == summary["sha256"]
    density = tlsglass.load_density(tmp_path / "out/T0.5.npz")
    np.testing.assert_array_equal(density.counts, series.at(0.5).counts)
    table = pd.read_csv(tmp_path / "out/T0.5.csv")
    np.testing.assert_array_equal(table["counts"], density.total)
    np.testing.assert_allclose(table["n_per_K_per_site"], density.n.value, rtol=1e-5)


def test_finished_batches_are_not_simulated_again_and_damaged_ones_are(tmp_path, monkeypatch):
    monkeypatch.setattr(simulation_choices, "MAX_BLOCKS_OF_BATCH", 1)
    expected = tlsglass.simulate(**SMALL)
    simulated = []
    simulate_batch = simulate._simulate
    monkeypatch.setattr(
        simulate,
        "_simulate",
        lambda plan, shards, batch: simulated.append(batch.first) or simulate_batch(plan, shards, batch),
    )

    def check(realizations, *batches, **changes):
        simulated.clear()
        series = tlsglass.simulate(**SMALL | {"realizations": realizations} | changes, folder=tmp_path)
        assert simulated == list(batches)
        return series

    check(20, 0, 10)
    check(40, 20, 30)
    shards = sorted((tmp_path / "shards").glob("*/T0.5/*.npz"))
    content = bytearray(shards[1].read_bytes())
    content[len(content) // 2] ^= 1
    shards[1].write_bytes(content)
    shards[2].unlink()
    shutil.copy(shards[0], shards[3])
    series = check(40, 10, 20, 30)
    for density in expected.rungs:
        np.testing.assert_array_equal(density.counts, series.at(density.T_K).counts)
    check(40, 0, 10, 20, 30, temperatures_K=[0.1])  # another temperature of the schedule
    assert {path.name for path in tmp_path.glob("T*")} == {"T0.1.npz", "T0.1.csv", "T2e-06.npz", "T2e-06.csv"}
    assert check(20, temperatures_K=[0.1]).n_realizations == 20


@pytest.mark.parametrize(
    "changed", [{"seed": 1}, {"J0_K": 2}, {"sweeps": 21}, {"interaction": "dipolar"}, {"temperatures_K": [0.37]}]
)
def test_a_folder_has_one_simulation(tmp_path, changed):
    tlsglass.simulate(**SMALL | {"realizations": 20}, folder=tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    with pytest.raises(ValueError, match="contains another simulation"):
        tlsglass.simulate(**SMALL | changed, folder=tmp_path)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_a_summary_names_no_files_to_remove(tmp_path):
    (tmp_path / "precious.npz").touch()
    tlsglass.simulate(**SMALL | {"realizations": 20}, folder=tmp_path / "out")
    path = tmp_path / "out/simulation.json"
    summary = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(summary | {"sha256": {"../precious.npz": "", "T1/../../precious.npz": ""}}), encoding="utf-8")
    tlsglass.simulate(**SMALL | {"realizations": 20}, folder=tmp_path / "out")
    assert (tmp_path / "precious.npz").exists()
    path.write_text("[" * 100_000, encoding="utf-8")
    with pytest.raises(ValueError, match=r"simulation\.json"):
        tlsglass.simulate(**SMALL, folder=tmp_path / "out")


COMMAND = [sys.executable, "-m", "tlsglass.cli", "simulate", "--L", "4", "--J0", "3", "--realizations", "1200", "--cores", "2"]


def test_a_killed_run_ends_with_its_processes_and_continues_with_the_same_bits(tmp_path):
    command = [*COMMAND, "--temperatures", "0.5", "--out", "out", "--schedule", "short", "--sweeps", "100"]
    environment = os.environ | {"PYTHONPATH": str(ROOT / "scripts")}
    process = subprocess.Popen(command, cwd=tmp_path, env=environment, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 300
    while not list((tmp_path / "out").glob("shards/*/chain/*.npz")) and time.monotonic() < deadline:
        time.sleep(0.02)
    children = process_tree(process.pid)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert len(children) >= 2
    while any(os.path.exists(f"/proc/{pid}") and state(pid) != "Z" for pid in children) and time.monotonic() < deadline:
        time.sleep(0.02)
    kept = len(list((tmp_path / "out").glob("shards/*/chain/*.npz")))
    assert 1 <= kept < 6
    assert not list((tmp_path / "out").glob("T*.npz"))
    run = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    assert f"{200 * kept}/1200 realizations are in out already" in run.stderr
    expected = tlsglass.simulate(L=4, J0_K=3, realizations=1200, temperatures_K=[0.5], schedule="short", sweeps=100)
    np.testing.assert_array_equal(tlsglass.load_density(tmp_path / "out/T0.5.npz").counts, expected.at(0.5).counts)
    assert not list((tmp_path / "out").rglob(".part-*"))


def test_a_script_needs_no_guard(tmp_path):
    (tmp_path / "script.py").write_text(
        f"import tlsglass\nprint(tlsglass.simulate(**{SMALL | {'realizations': 400}}, cores=2).n_realizations)\n",
        encoding="utf-8",
    )
    environment = os.environ | {"PYTHONPATH": str(ROOT / "scripts")}
    run = subprocess.run(
        [sys.executable, "script.py"], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )
    assert (run.stdout, run.stderr) == ("400\n", "")


def process_tree(pid):
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as stream:
        return [int(child) for child in stream.read().split()]


def state(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as stream:
            return stream.read().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return "Z"


def test_the_end_of_a_process_is_reported(tmp_path, monkeypatch):
    monkeypatch.setattr(simulation_choices, "MAX_BLOCKS_OF_BATCH", 1)
    started = simulate._work
    monkeypatch.setattr(simulate, "_work", end_at_once)
    with pytest.raises(io.UserError, match="ended by SIGKILL"):
        tlsglass.simulate(**SMALL, cores=2, folder=tmp_path)
    monkeypatch.setattr(simulate, "_work", started)
    (tmp_path / "shards").mkdir(exist_ok=True)
    (tmp_path / "shards" / Choices(**SMALL).plan.shard_folder).write_text("in the way", encoding="utf-8")
    with pytest.raises(OSError, match="shards"):  # of the processes, in this one
        tlsglass.simulate(**SMALL, cores=2, folder=tmp_path)


def end_at_once(connection, plan, shards):
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.parametrize(
    ("changed", "allowed"),
    [
        ({"L": 2**31}, "L = 2147483648: must be a whole number from 2 to 128"),
        ({"L": 12.5}, "L = 12.5: must be a whole number"),
        ({"L": True}, "L = True: must be a whole number"),
        ({"L": 3, "concentration": 0.01}, "fewer than two TLSs"),
        ({"realizations": 10**19}, "realizations = 10000000000000000000: must be a whole number from 20"),
        ({"realizations": 25}, "realizations = 25: must be a multiple of 10"),
        ({"realizations": 10**5000}, "must be a whole number"),
        ({"temperatures_K": []}, "must be 1 to 100 temperatures"),
        ({"temperatures_K": [0.5, 0]}, "temperatures_K = 0: must be a number from"),
        ({"temperatures_K": [-1]}, "temperatures_K = -1: must be a number from"),
        ({"temperatures_K": [math.nan]}, "temperatures_K = nan: must be a number from"),
        ({"temperatures_K": ["0.5"]}, "temperatures_K = '0.5': must be a number from"),
        ({"temperatures_K": [2e-6]}, "temperatures_K = 2e-06: must be a number from"),
        ({"temperatures_K": range(1, 500)}, "must be 1 to 100 temperatures"),
        ({"J0_K": 0}, "J0_K = 0: must be a number from"),
        ({"J0_K": 1e-5}, "J0_K = 1e-05: is too small compared with h0"),
        ({"J0_K": math.inf}, "J0_K = inf"),
        ({"h0_K": math.nan}, "h0_K = nan"),
        ({"concentration": 1.5}, "concentration = 1.5"),
        ({"cutoff": -1}, "cutoff = -1"),
        ({"cutoff": 0, "positions": "random"}, "cutoff = 0: must be at least 0.001 for random positions"),
        ({"interaction": "x"}, f"interaction = 'x': must be one of {', '.join(INTERACTIONS)}"),
        ({"interaction": ["x"]}, "interaction = "),
        ({"fields": "same_dipole"}, "fields = 'same_dipole': must be one of independent"),
        ({"vt_over_vl": 0.5}, "vt_over_vl = 0.5: is an option of elastic"),
        ({"interaction": "elastic", "vt_over_vl": 2}, "vt_over_vl = 2: must be a number from 0 to"),
        ({"method": "annealing_twice"}, "method = 'annealing_twice': must be one of annealing, tempering"),
        ({"method": "tempering", "schedule": "short"}, "schedule = 'short': is for annealing"),
        ({"method": "tempering", "sweeps": 100}, "sweeps = 100: must be a multiple of 128"),
        ({"method": "tempering", "sweeps": 128, "temperatures_K": [7]}, "temperatures_K = 7: must be below the highest"),
        ({"highest_K": 5}, "highest_K = 5: is for tempering"),
        ({"schedule": "long"}, "schedule = 'long': must be one of paper, short"),
        ({"dynamics": "x"}, "dynamics = 'x': must be one of metropolis, heat_bath"),
        ({"sweeps": 0}, "sweeps = 0: must be a whole number from 1"),
        ({"seed": -1}, "seed = -1: must be a whole number from 0"),
        ({"cores": 0}, "cores = 0: must be a whole number from 1"),
        ({"cores": 1e3}, "cores = 1000.0: must be a whole number"),
        ({"L": 128, "concentration": 1}, "L = 128: 2097152 TLSs need 2.2e+04 GB with cores = 1"),
    ],
)
def test_what_cannot_be_simulated_is_refused_in_one_line(changed, allowed, tmp_path):
    with pytest.raises(validation.InputError) as caught:
        tlsglass.simulate(**SMALL | changed, folder=tmp_path / "out")
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith("simulate: ")
    assert allowed in str(caught.value)
    assert not (tmp_path / "out").exists()


def test_a_batch_is_small_and_depends_on_the_tls_alone():
    for L, n in ((2, 200), (4, 200), (6, 120), (8, 20), (12, 10), (20, 10)):
        for realizations in (20, 1000):
            choices = Choices(**SMALL | {"L": L, "realizations": realizations})
            assert choices.plan.realizations_per_job == n
    assert replace(Choices(**SMALL), realizations=1000).plan.batches[0].n == 200
