# Datasets that are fitted together: each that has a section `joint` in its dataset.yaml. Closure of such fits.

from tlsglass.data import joint_section

JOINT = {name: joint_section.partner_names(info) for name, info in DATASETS.items() if "joint" in info}
JOINT = {name: partners for name, partners in JOINT.items() if not BROKEN.keys() & partners}


rule fit_joint:
    input:
        info=bundled_file("config/experiments/{dataset}/dataset.yaml"),
        data=lambda w: bundled_file(f"config/experiments/{w.dataset}/{DATASETS[w.dataset]['data']['file']}"),
        partners=lambda w: [
            bundled_file(f"config/experiments/{name}/{file}")
            for name in JOINT[w.dataset]
            for file in ("dataset.yaml", DATASETS[name]["data"]["file"])
        ],
        schema=bundled_file("scripts/tlsglass/data/dataset.schema.yaml"),
    output:
        fit="<results>/experiments/{dataset}/joint.json",
        points="<results>/experiments/{dataset}/joint_points.csv",
        curves="<results>/experiments/{dataset}/joint_curves.csv",
        parameters="<results>/experiments/{dataset}/joint_parameters.csv",
        left_out="<results>/experiments/{dataset}/joint_left_out.csv",
        powers="<results>/experiments/{dataset}/joint_powers.csv",
    log:
        "<logs>/fit_joint/{dataset}.log",
        checksums="<checksums>/fit_joint/{dataset}.json",
    benchmark:
        "<benchmarks>/fit_joint/{dataset}.tsv"
    wildcard_constraints:
        dataset=any_of_pattern(JOINT),
    conda:
        "../../envs/analyse.yaml"
    params:
        code=library_digest("fit_joint.py"),
    script:
        "../../scripts/fit_joint.py"


TABLE_RULES["joint_tables"] = {
    "function": "tlsglass.fitting.joint_result.tabulate_joint_fits",
    "input": {
        "fits": expand("<results>/experiments/{dataset}/joint.json", dataset=JOINT),
        "parameters": expand("<results>/experiments/{dataset}/joint_parameters.csv", dataset=JOINT),
        "left_out": expand("<results>/experiments/{dataset}/joint_left_out.csv", dataset=JOINT),
    },
    "output": {
        "fits": "<results>/tables/joint_fits.csv",
        "parameters": "<results>/tables/joint_parameters.csv",
        "left_out": "<results>/tables/joint_left_out.csv",
    },
}


TABLE_RULES["closure_devices"] = {
    "function": "tlsglass.fitting.closure.tabulate_joint_closure",
    "output": {"table": "<results>/tables/closure_devices.csv"},
    "settings": {"datasets": 500, "seed": config["seed"]},
    "resources": {"runtime": 60},
}
