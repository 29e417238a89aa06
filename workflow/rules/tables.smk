# Tables of numbers that one function of the library makes of the tables, densities and values among the inputs. The files of rules
# that are included before this one list their parts in TABLE_RULES.


for name, parts in TABLE_RULES.items():
    job = f"{name}/{parts['job']}" if "job" in parts else name

    rule:
        name:
            name
        input:
            **parts.get("input", {}),
        output:
            **parts["output"],
        log:
            f"<logs>/{job}.log",
            checksums=f"<checksums>/{job}.json",
        benchmark:
            f"<benchmarks>/{job}.tsv"
        wildcard_constraints:
            **parts.get("constraints", {}),
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
