"""Names spell and parse themselves; what a file depends on is told without what is at its default."""

from dataclasses import dataclass, make_dataclass

import pytest

from tlsglass.base import labels


@pytest.mark.parametrize("name", ["L12_J3", "L8_J0.2", "L4_J1e-06"])
def test_a_set_spells_and_parses_itself(name):
    assert str(labels.ParameterSet.parse(name)) == name


def test_a_rung_spells_and_parses_itself_and_the_quench_is_one():
    assert str(labels.Rung(2e-6, quench=True)) == "T2e-06"
    assert labels.Rung.parse("T2e-06", quench_K=2e-6) == labels.Rung(2e-6, quench=True)
    assert labels.Rung.parse("T0.5", quench_K=2e-6) == labels.Rung(0.5)
    assert labels.Rung.parse(str(labels.Rung(0.1 + 0.2))) == labels.Rung(0.3)


def test_batches_cover_the_realizations_once():
    batches = labels.batches(250, 100)
    assert [str(batch) for batch in batches] == ["00000-00099", "00100-00199", "00200-00249"]
    assert [batch.n for batch in batches] == [100, 100, 50]
    assert labels.Batch.parse("00100-00199") == batches[1]


@pytest.mark.parametrize(
    ("kind", "name"), [(labels.ParameterSet, "L12"), (labels.Rung, "0.5"), (labels.Batch, "00000"), (labels.ParameterSet, "T1")]
)
def test_what_is_no_name_is_refused(kind, name):
    with pytest.raises(ValueError, match="is not the name of a"):
        kind.parse(name)


@dataclass(frozen=True)
class Inner:
    growth: float
    bins: int


@dataclass(frozen=True)
class Outer:
    T_K: float
    ladder_K: tuple
    seed: int
    inner: Inner
    kind: str


def test_facts_are_spelled_alike_whatever_the_numbers_are_written_as_and_read_back():
    written = Outer(2, (300, 0.1 + 0.2), 20210205202102052021, Inner(1.04, 3), "heat_bath")
    content = labels.to_jsonable(written)
    assert content == {
        "T_K": "2",
        "ladder_K": ["300", "0.3"],
        "seed": 20210205202102052021,
        "inner": {"growth": "1.04", "bins": 3},
        "kind": "heat_bath",
    }
    assert labels.to_jsonable(labels.from_jsonable(Outer, content)) == content


def test_an_option_at_its_default_is_not_told():
    newer = make_dataclass("Newer", [("replicas", int, 1)], bases=(Outer,), frozen=True)
    old = Outer(2.0, (300.0,), 1, Inner(1.04, 3), "x")
    assert labels.to_jsonable(newer(**vars(old))) == labels.to_jsonable(old)
    assert labels.to_jsonable(newer(**vars(old), replicas=2)) == labels.to_jsonable(old) | {"replicas": 2}
