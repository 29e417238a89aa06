"""A batch that is stopped goes on where it was, with the same bits; a checkpoint of anything else is not read."""

import os
import shutil
import signal
from dataclasses import replace

import numpy as np
import pytest

from tlsglass.montecarlo import checkpoint, methods
from tlsglass.montecarlo.protocol import counts_fingerprint


@pytest.fixture
def run(small_model, short_protocol, tmp_path):
    """Run a batch with a checkpoint after each realization; ``stop_after`` sends SIGTERM then."""

    def run(protocol=short_protocol, n=40, stop_after=None, number=signal.SIGTERM, interval=0.0):
        stored = checkpoint.Checkpoint(tmp_path / "c.npz", counts_fingerprint(small_model, protocol), interval)
        lines = []
        with stored:
            note = stored.update

            def done(count, arrays):
                if count == stop_after:
                    os.kill(os.getpid(), number)
                note(count, arrays)

            stored.update = done
            return *methods.simulate(small_model, protocol, 0, n, lines.append, stored), lines

    return run


def same(result, expected):
    (counts, record), (expected_counts, expected_record) = result[:2], expected[:2]
    for T in counts:
        np.testing.assert_array_equal(counts[T].counts, expected_counts[T].counts)
    for name, value in vars(record).items():
        np.testing.assert_array_equal(value, getattr(expected_record, name))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stopped_batch_goes_on_within_a_block_with_the_same_bits(run, small_model, short_protocol, tmp_path, number):
    complete = methods.simulate(small_model, short_protocol, 0, 40)
    with pytest.raises(checkpoint.InterruptedBatchError, match=f"{number.name}; 13 realizations are kept"):
        run(stop_after=13, number=number, interval=1e9)
    resumed = run(interval=1e9)
    assert resumed[2][0].startswith("13/40 realizations taken from")
    same(resumed, complete)
    assert not (tmp_path / "c.npz").exists()
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL


def test_a_checkpoint_of_other_physics_or_shape_or_a_damaged_one_is_none(run, short_protocol, tmp_path):
    path = tmp_path / "c.npz"
    with pytest.raises(checkpoint.InterruptedBatchError):
        run(stop_after=13)
    content_before = path.read_bytes()
    flipped = bytearray(content_before)
    flipped[len(content_before) // 2] ^= 1
    for content, options in [
        (content_before, {"protocol": replace(short_protocol, seed=4)}),
        (content_before, {"n": 50}),
        (content_before[: len(content_before) // 2], {}),
        (bytes(flipped), {}),
        (b"", {}),
    ]:
        path.write_bytes(content)
        assert not any("taken from" in line for line in run(**options)[2])
        assert not path.exists()


def test_the_checkpoint_of_another_batch_is_none(tmp_path):
    counts = {"counts": np.arange(4)}
    stored = checkpoint.Checkpoint(tmp_path / "00000-00029.npz", "x", 0.0)
    stored.last = 0.0
    stored.update(7, counts)
    shutil.copy(tmp_path / "00000-00029.npz", tmp_path / "00030-00059.npz")
    for batch, done in (("00000-00029", 7), ("00030-00059", 0)):
        assert checkpoint.Checkpoint(tmp_path / f"{batch}.npz", "x").restore({"counts": np.zeros(4, dtype=int)}) == done


def test_a_second_signal_ends_at_once(tmp_path):
    class ImpatientError(Exception):
        pass

    def end(number, frame):
        raise ImpatientError

    def signalled(times):
        with checkpoint.Checkpoint(tmp_path / "c.npz", ""):
            for _ in range(times):
                os.kill(os.getpid(), signal.SIGTERM)

    before = signal.signal(signal.SIGTERM, end)
    try:
        signalled(1)
        with pytest.raises(ImpatientError):
            signalled(2)
    finally:
        signal.signal(signal.SIGTERM, before)
