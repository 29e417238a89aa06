"""Rule figure_7: n read as n(E) or as n(Δ), Appendix A: (a) κ by Eqs. (5) and (A1), (b) δv/v by Eqs. (8) and (A2)."""

from tlsglass.base import files
from tlsglass.show import style, tables

files.log_to(snakemake.log[0])
sets = [tables.read(path) for path in snakemake.input.observables]
couplings = sorted({table["J0_K"][0] for table in sets})
low, high = snakemake.params.window_K

figure = style.Figure(2, width="double", height=2.7)
conductivity, velocity = figure.panels
for table in sets:
    L, J0 = table["L"][0], table["J0_K"][0]
    shown = table.query("T_K >= @low * 0.999 and T_K <= @high * 1.001")
    look = style.of_set(L, J0, couplings, [L])
    for panel, column, scale, first, second in (
        (conductivity, "kappa", 1.0, "eq5", "eqA1"),
        (velocity, "dv_relative", 1e3, "", "eqA2"),
    ):
        for version, filled in ((first, True), (second, False)):
            name = f"{column}_{version}" if version else column
            equation = {
                "eq5": "Eq. (5), $n(E)$",
                "eqA1": "Eq. (A1), $n(Δ)$",
                "": "Eq. (8), $n(E)$",
                "eqA2": "Eq. (A2), $n(Δ)$",
            }[version]
            style_of_version = look | {"markersize": 3.0 if filled else 5.0} | ({} if filled else {"markerfacecolor": "none"})
            panel.points(
                shown["T_K"],
                scale * shown[name],
                scale * shown[f"{name}_err"],
                f"J0 = {J0:g} K, {equation}".replace("$", ""),
                label=f"$J_0$ = {J0:g} K, {equation}",
                **style_of_version,
            )
conductivity.axes.set_yscale("log")
conductivity.axes.set_ylabel("$κ$ (arbitrary units)")
conductivity.axes.legend(loc="lower right")
velocity.axes.set_ylabel(f"$[δv(T) - δv({low:g}\\,\\mathrm{{K}})]/v$  ($10^{{-3}}\\,γ^2/L_0ρv^2$)")
velocity.axes.legend(loc="lower center")
for panel in figure.panels:
    panel.logarithmic("x")
    panel.axes.set_xlabel("$T$ (K)")
    panel.letter_at()
figure.save(snakemake.output)
