"""The section ``data: drive`` of a dataset, which says how strongly each point of a resonator was driven.

It has either ``photons: {column: NAME}``, or ``power: {column: NAME, unit: dBm, attenuation_dB: 60}`` with ``Qc``, {column} or
{value}, and ``Ql`` if there is such a column. ``inverse: true`` means that a column contains 1/Q. ``coupling_geometry`` is
required, since it fixes the factor of the photon number: n̄ = 2 (notch) or 4 (reflection) · Q_l²/Q_c · P/(ħω²). Without
``Ql``, Q_l is 1/(1/Q_i + 1/Q_c) with the measured 1/Q_i. ``sweep`` names the column that distinguishes the temperature sweeps,
by default that of the power. The Snakefile imports this module, which therefore imports numpy only in functions.
"""

from tlsglass.base import validation

MOST_SWEEPS = 30


def required_columns(info):
    """Return {column that the drive of a dataset needs: whether it must be > 0}."""
    given = info["data"].get("drive", {})
    found = {}
    for key, positive in (("photons", True), ("power", False), ("Qc", True), ("Ql", True)):
        if "column" in given.get(key, {}):
            found[given[key]["column"]] = positive or given[key].get("unit") == "W"
    if "sweep" in given:
        found.setdefault(given["sweep"], False)
    return found


def sweep_column(info):
    """Return the column that tells sweeps apart."""
    given = info["data"]["drive"]
    return given.get("sweep") or given.get("power", given.get("photons"))["column"]


def sweep_label(info):
    """Return what tells sweeps apart with its unit: power (dBm); None for what is not driven."""
    given = info["data"].get("drive")
    if given is None:
        return None
    return given.get("sweep") or (f"power ({given['power']['unit']})" if "power" in given else "photon number")


def validate_drive(path, info, observable):
    """Return a line for each key of the drive that does not suit the others, or the observable."""
    wrong, data = [], info["data"]

    def refuse(keys, value, allowed):
        wrong.append(validation.error_line(lambda _: path, ["data", *keys], value, allowed))

    def missing(key, why):
        wrong.append(validation.missing_key_line(lambda _: path, ["data", "drive", key], why))

    if "systematic" in info and not observable.driven:
        wrong.append(
            validation.error_line(lambda _: path, ["systematic"], info["systematic"], f"{observable.name} has no use for it")
        )
    if data["value"].get("inverse", False) and not observable.invertible:
        refuse(["value", "inverse"], True, f"{observable.name} has no use for it")
    if "drive" not in data:
        return wrong
    given = data["drive"]
    if not observable.driven:
        refuse(["drive"], given, f"{observable.name} has no use for it")
    if ("photons" in given) == ("power" in given):
        refuse(["drive"], sorted(given), "needs either `photons` or `power`")
    if "power" in given:
        if "Qc" not in given:
            missing("Qc", "photon numbers follow from power and Q_c")
        elif ("column" in given["Qc"]) == ("value" in given["Qc"]):
            refuse(["drive", "Qc"], given["Qc"], "needs either `column` or `value`")
        if given["power"]["unit"] == "dBm" and "attenuation_dB" not in given["power"]:
            missing(
                "power.attenuation_dB", "between the source and the resonator; 0 if unknown: n_c then belongs to the source"
            )
        if given["power"]["unit"] == "W" and "attenuation_dB" in given["power"]:
            refuse(["drive", "power", "attenuation_dB"], given["power"]["attenuation_dB"], "goes with dBm")
    elif {"Ql", "Qc"} & set(given):
        refuse(["drive"], sorted(given), "Q_l and Q_c belong to `power`")
    return wrong


def validate_points(file, info, extra):
    """Return a line for each reason why the points cannot be told apart in sweeps."""
    if "drive" not in info["data"]:
        return []
    name = sweep_column(info)
    found = len(set(extra[name]))
    if found <= MOST_SWEEPS:
        return []
    return [f"{file}: column {name}: {found} values are too many to tell sweeps apart: name a column by data.drive.sweep"]


def photon_numbers(info, extra, value):
    """Return the photon number of each point, (n,), for the columns ``extra`` {name: (n,)} and 1/Q_i ``value`` (n,)."""
    import numpy as np

    from tlsglass.physics import microwave

    given = info["data"]["drive"]
    if "photons" in given:
        return np.asarray(extra[given["photons"]["column"]], dtype=float)
    power = np.asarray(extra[given["power"]["column"]], dtype=float)
    if given["power"]["unit"] == "dBm":
        power = microwave.dBm_to_watt(power, given["power"]["attenuation_dB"])

    def quality(told):
        found = np.asarray(extra[told["column"]] if "column" in told else told["value"], dtype=float)
        return 1 / found if told.get("inverse", False) else found

    Qc = quality(given["Qc"])
    Ql = quality(given["Ql"]) if "Ql" in given else 1 / (np.asarray(value) + 1 / Qc)
    return microwave.PHOTON_NUMBER[given["coupling_geometry"]](power, info["frequency_Hz"], Ql, Qc)
