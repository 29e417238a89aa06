# How the files below declare most rules: a script with the log, the benchmark, the environment and the checksums of its name.


def step(
    name,
    *,
    output,
    input={},
    unpacked=(),
    params={},
    driver=None,
    modules=(),
    job="",
    constraints={},
    environment="analyse",
    group=None,
    has_checksums=True,
    **resources,
):
    """Declare a rule that runs a script of the folder ``scripts``.

    ``driver`` is the script, by default that of the name, and ``modules`` are those that it imports by name. ``job`` contains
    the wildcards of the rule, by which its logs are named, and ``constraints`` are theirs. ``unpacked`` are functions that
    return inputs by name. Outputs outside of the folder of the run have no checksums in it.
    """
    driver = driver or f"{name}.py"
    path = f"{name}/{job}" if job else name

    rule:
        name:
            name
        input:
            *unpacked,
            **input,
        output:
            **output,
        log:
            f"<logs>/{path}.log",
            **{"checksums": f"<checksums>/{path}.json"} if has_checksums else {},
        benchmark:
            f"<benchmarks>/{path}.tsv"
        wildcard_constraints:
            **constraints,
        group:
            group
        conda:
            f"../../envs/{environment}.yaml"
        resources:
            **resources,
        params:
            **params,
            code=library_digest(driver, *modules),
        script:
            f"../../scripts/{driver}"


def tabulate(name, function, *, settings={}, digits=9, **parts):
    """Declare a rule that writes the tables that ``function`` of the library makes of the loaded inputs and of ``settings``."""
    params = {"function": function, "settings": settings, "digits": digits}
    step(name, driver="make_tables.py", modules=[function.rpartition(".")[0]], params=params, **parts)


def concatenate(name, parts, *, published="", **options):
    """Declare a rule that joins the parts of each table of ``parts``. A table without parts is that of the folder ``published``."""
    tabulate(
        name,
        "tlsglass.report.load_inputs.concatenate",
        input={table: paths or [bundled_file(f"{published}/{table}.csv")] for table, paths in parts.items()},
        output={table: f"<results>/tables/{table}.csv" for table in parts},
        **options,
    )
