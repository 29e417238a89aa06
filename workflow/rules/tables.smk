# Tables of numbers that one function of the library makes of the tables, densities and values among the inputs. The files of rules
# that are included before this one list their parts in TABLE_RULES.


for name, parts in TABLE_RULES.items():

    rule:
        name:
            name
        input:
            **parts.get("input", {}),
        output:
            **parts["output"],
        log:
            f"<logs>/{name}.log",
            checksums=f"<checksums>/{name}.json",
        benchmark:
            f"<benchmarks>/{name}.tsv"
        conda:
            "../../envs/analyse.yaml"
        resources:
            **parts.get("resources", {}),
        params:
            **tabulated_by(parts["function"]),
            settings=parts.get("settings", {}),
            digits=parts.get("digits", 9),
        script:
            "../../scripts/make_tables.py"
