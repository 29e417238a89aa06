# Datasets that are fitted together: each that has a section `joint` in its dataset.yaml. Closure of such fits.

from tlsglass.data import joint_section

JOINT = {name: joint_section.partner_names(info) for name, info in DATASETS.items() if "joint" in info}
JOINT = {name: partners for name, partners in JOINT.items() if not BROKEN.keys() & partners}


step(
    "fit_joint",
    job="{dataset}",
    constraints={"dataset": any_of_pattern(JOINT)},
    input={
        "info": dataset_file("{dataset}"),
        "data": lambda w: data_of_dataset(w.dataset),
        "partners": lambda w: [file for name in JOINT[w.dataset] for file in (dataset_file(name), data_of_dataset(name))],
        "schema": SCHEMA,
        "atlas_files": ATLAS_FILES,
    },
    output={
        "fit": "<results>/experiments/{dataset}/joint.json",
        **{
            table: f"<results>/experiments/{{dataset}}/joint_{table}.csv"
            for table in ("points", "curves", "parameters", "left_out", "powers")
        },
    },
)


tabulate(
    "joint_tables",
    "tlsglass.fitting.joint_result.tabulate_joint_fits",
    input={
        "fits": expand("<results>/experiments/{dataset}/joint.json", dataset=JOINT),
        "parameters": expand("<results>/experiments/{dataset}/joint_parameters.csv", dataset=JOINT),
        "left_out": expand("<results>/experiments/{dataset}/joint_left_out.csv", dataset=JOINT),
    },
    output={table: f"<results>/tables/joint_{table}.csv" for table in ("fits", "parameters", "left_out")},
)


tabulate(
    "closure_devices",
    "tlsglass.fitting.closure.tabulate_joint_closure",
    input={"atlas_files": ATLAS_FILES},
    output={"table": "<results>/tables/closure_devices.csv"},
    settings={"datasets": 500, "seed": config["seed"]},
    runtime=60,
)
