"""The example of a dataset of one's own in docs/fit-your-data.md, typed as it stands there."""

import json
import os
import re
import subprocess

import forks


def test_fit_your_own_data(workflow, texts):
    programs = workflow.folder / "bin"
    programs.mkdir()
    forks.write_programs(programs)
    section = texts["docs/fit-your-data.md"]
    (example,) = (block for block in re.findall(r"```sh\n(.*?)```", section, flags=re.S) if "<<'END'" in block)
    environment = os.environ | {
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "XDG_CACHE_HOME": str(workflow.folder / ".cache"),
    }
    run = subprocess.run(
        ["bash", "-e"], input=example, cwd=workflow.folder, capture_output=True, text=True, env=environment, check=False
    )
    assert run.returncode == 0, run.stderr[-3000:]
    results = workflow.results("paper") / "experiments/my_resonator"
    assert (results / "figure.svg").stat().st_size > 10_000
    fit = json.loads((results / "fit.json").read_text(encoding="utf-8"))
    low, high = fit["mu_free"]["intervals_scaled"]["mu"]
    statement = (
        f"µ is {low:.2f} to {high:.2f}, ΔAICc is {fit['delta_aicc']:.1f} and the p value of µ = 0 is {fit['p_value']:.2f}"
    )
    assert statement.replace("-", "−") in " ".join(section.split())
    assert fit["errors"] == "no errors given: σ estimated from the residuals"
