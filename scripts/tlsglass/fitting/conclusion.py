"""What the points of a fit support: the one rule from which report, tables, figures and files follow."""

import math
from dataclasses import dataclass, field
from typing import Final

from tlsglass.fitting.fit import ParameterState

FAVORED_DELTA_AICC = 6.0  # ASSUME: from here on ΔAICc favors µ ≠ 0, with odds of 20 to 1
ROBUST_DELTA_AICC = 2.0  # ... and at least this much without the most influential point
BEATEN_DELTA_AICC, BEATEN_RESIDUAL_RATIO = 10.0, 1.5  # an alternative that is better by both shows that a model fails
OUTSIDE_SIGMA = 2.0  # of µ, beyond the range of the atlas


class State:
    """What the points support: about J0/h0 the first four, about µ the first two and the last three.

    A µ *outside of the atlas* is determined, but no J0/h0 has it: it is below 0 or larger than any µ of the atlas.
    """

    NOT_DESCRIBED: Final = "not described"
    NOT_CONSTRAINED: Final = ParameterState.NOT_CONSTRAINED
    LIMIT: Final = "limit"
    INTERVAL: Final = ParameterState.INTERVAL
    CONSISTENT: Final = "consistent with the STM"
    FAVORED: Final = "favored"
    OUTSIDE: Final = "outside of the atlas"
    OF_J0_OVER_H0: Final = (NOT_DESCRIBED, NOT_CONSTRAINED, LIMIT, INTERVAL)
    OF_MU: Final = (NOT_DESCRIBED, NOT_CONSTRAINED, CONSISTENT, FAVORED, OUTSIDE)


class Reason:
    """Codes of the reasons for a state."""

    NO_MODEL_FITS: Final = "no_model_fits"
    EQ3_DOES_NOT_FIT: Final = "eq3_does_not_fit"
    ATLAS_DOES_NOT_FIT: Final = "atlas_does_not_fit"
    EQ3_BEATS_ATLAS: Final = "eq3_beats_atlas"
    STM_BEATS_ATLAS: Final = "stm_beats_atlas"
    MU_NEGATIVE: Final = "mu_negative"
    MU_ABOVE_ATLAS: Final = "mu_above_atlas"
    WINDOW_DRIFT: Final = "window_drift"
    DEPENDS_ON_ONE_POINT: Final = "depends_on_one_point"
    TOO_FEW_POINTS: Final = "too_few_points"
    OPEN_INTERVAL: Final = "open_interval"
    MU_BEYOND_ATLAS: Final = "mu_beyond_atlas"
    STM_IS_BETTER: Final = "stm_is_better"
    STM_SUFFICES: Final = "stm_suffices"
    NO_TLS_SIGNAL: Final = "no_tls_signal"
    NO_ATLAS: Final = "no_atlas"
    OPEN_INTERVALS: Final = (OPEN_INTERVAL, MU_BEYOND_ATLAS)
    FAILURES_OF_ATLAS: Final = (
        NO_MODEL_FITS,
        ATLAS_DOES_NOT_FIT,
        EQ3_BEATS_ATLAS,
        STM_BEATS_ATLAS,
        MU_NEGATIVE,
        MU_ABOVE_ATLAS,
    )


@dataclass(frozen=True, kw_only=True)
class MuEvidence:
    """The fit of Eq. (3): µ, its scaled error, its state, the advantage over the STM, and whether Eq. (3) describes the points.

    ``is_free`` is whether µ is a free parameter.
    ``robust_delta_aicc`` is ``delta_aicc`` without the most influential point, or None if that was not needed. ``ends`` are
    those of the 95 % interval of µ, which contains all minima that the points do not distinguish; None if there is no end.
    ``beyond_atlas`` is whether this interval contains 0 and extends beyond every µ of the atlas.
    """

    value: float
    error: float | None
    is_free: bool
    state: str | None
    delta_aicc: float
    acceptable: bool
    drifts: bool = False
    robust_delta_aicc: float | None = None
    ends: tuple[float | None, float | None] = (None, None)
    beyond_atlas: bool = False

    @property
    def is_favored(self) -> bool:
        """Whether µ ≠ 0 is favored over the STM by a fit that describes the points."""
        return self.delta_aicc > FAVORED_DELTA_AICC and self.acceptable and self.is_free

    @property
    def end_beyond_zero(self) -> float:
        """The upper end of the 95 % interval if it contains 0; negative infinity if it excludes 0 or has an open end."""
        low, high = self.ends
        return high if low is not None and high is not None and low <= 0 <= high else -math.inf

    def end(self, sign: int) -> float:
        """Return the end of the interval in the direction ``sign``: at least ``OUTSIDE_SIGMA`` away from the value."""
        parabola = self.value + sign * OUTSIDE_SIGMA * (self.error or 0.0)
        end = self.ends[0 if sign < 0 else 1]
        return parabola if end is None else sign * max(sign * parabola, sign * end)

    @property
    def is_ambiguous(self) -> bool:
        """Whether µ ≠ 0 is favored although its interval contains 0, at another minimum or because errors are scaled."""
        return self.delta_aicc > FAVORED_DELTA_AICC and None not in self.ends and self.end(-1) <= 0 <= self.end(+1)

    @property
    def depends_on_one_point(self) -> bool:
        """Whether µ ≠ 0 is favored, but not without the most influential point."""
        is_robust = self.robust_delta_aicc is None or self.robust_delta_aicc > ROBUST_DELTA_AICC
        return self.delta_aicc > FAVORED_DELTA_AICC and not is_robust


@dataclass(frozen=True, kw_only=True)
class AtlasEvidence:
    """The fit on the atlas.

    ``delta_aicc_eq3`` and ``delta_aicc_stm`` are positive if the atlas is worse, ``residual_ratio`` the rms residuals relative
    to those of Eq. (3), ``residual_ratio_stm`` to those of the STM. ``largest_mu`` is that of the atlas in this window.
    ``stm_acceptable`` is whether the STM describes the points that are on the atlas. ``eq3_is_significant`` and
    ``stm_is_significant`` are whether these differences are more than chance if errors are estimated from few residuals.
    """

    state: str | None
    excludes_zero: bool
    acceptable: bool
    delta_aicc_eq3: float
    delta_aicc_stm: float
    residual_ratio: float
    residual_ratio_stm: float
    largest_mu: float = float("inf")
    drifts: bool = False
    robust: bool = True
    has_tls_signal: bool = True
    stm_acceptable: bool = False
    eq3_is_significant: bool = True
    stm_is_significant: bool = True

    @property
    def is_beaten_by_eq3(self) -> bool:
        """Whether Eq. (3) is decisively better."""
        is_beaten = self.delta_aicc_eq3 > BEATEN_DELTA_AICC and self.residual_ratio > BEATEN_RESIDUAL_RATIO
        return is_beaten and self.eq3_is_significant

    @property
    def is_beaten_by_stm(self) -> bool:
        """Whether the STM is decisively better."""
        is_beaten = self.delta_aicc_stm > BEATEN_DELTA_AICC and self.residual_ratio_stm > BEATEN_RESIDUAL_RATIO
        return is_beaten and self.stm_is_significant

    @property
    def is_favored(self) -> bool:
        """Whether J0/h0 ≠ 0 is favored over the STM, or the STM does not describe the same points."""
        return not self.stm_acceptable or self.delta_aicc_stm < -FAVORED_DELTA_AICC

    @property
    def is_better_than_eq3(self) -> bool:
        """Whether the atlas describes the points, and better than Eq. (3), whose µ then does not exclude it."""
        return self.acceptable and self.delta_aicc_eq3 < 0


@dataclass(frozen=True)
class Conclusion:
    """State of J0/h0 and of µ with the reasons; ``text`` is the first line of a report."""

    state: str
    mu: str
    reasons: tuple[str, ...] = ()
    text: str = field(default="", compare=False)

    @property
    def describes(self) -> bool:
        """Whether a J0/h0 of the atlas describes the points."""
        return self.state != State.NOT_DESCRIBED


def conclude(mu: MuEvidence, atlas: AtlasEvidence | None, too_few: bool = False) -> Conclusion:
    """Return what the points support.

    *Not described*: no model fits, another model is decisively better than the atlas, or µ is outside of what the atlas
    contains. *Not constrained*: the intervals are open, or that of µ contains all µ of the atlas, or the result depends on the
    window or on a single point. *Limit*: the 95 % interval of J0/h0 contains 0 or extends to the end of the atlas, or µ is
    consistent with the STM, where J0/h0 is 0, or neither µ ≠ 0 nor J0/h0 ≠ 0 is favored over it. *Interval*: it excludes 0, and
    the STM does not suffice.
    """
    reasons: dict[str, None] = {}
    mu_state = _conclude_mu(mu, atlas, too_few, reasons)
    if atlas is None:
        reasons[Reason.NO_ATLAS] = None
        state = State.NOT_DESCRIBED if mu_state in (State.NOT_DESCRIBED, State.OUTSIDE) else State.NOT_CONSTRAINED
    else:
        stm_suffices = mu_state == State.CONSISTENT or (mu_state != State.FAVORED and not atlas.is_favored)
        state = _conclude_J0_over_h0(atlas, too_few, stm_suffices, reasons)
    return Conclusion(state, mu_state, tuple(reasons))


def _conclude_mu(mu: MuEvidence, atlas: AtlasEvidence | None, too_few: bool, reasons: dict[str, None]) -> str:
    if not mu.acceptable:
        reasons[Reason.EQ3_DOES_NOT_FIT if atlas is not None and atlas.acceptable else Reason.NO_MODEL_FITS] = None
        return State.NOT_DESCRIBED
    excludes_atlas = not mu.depends_on_one_point and not (atlas is not None and atlas.is_better_than_eq3)
    if mu.error is not None and mu.delta_aicc > FAVORED_DELTA_AICC and excludes_atlas:
        if mu.state in (None, ParameterState.INTERVAL, ParameterState.UPPER_LIMIT) and mu.end(+1) < 0:
            reasons[Reason.MU_NEGATIVE] = None
            return State.OUTSIDE
        is_large = mu.state in (None, ParameterState.INTERVAL, ParameterState.LOWER_LIMIT)
        if is_large and atlas is not None and mu.end(-1) > atlas.largest_mu:
            reasons[Reason.MU_ABOVE_ATLAS] = None
            return State.OUTSIDE
    obstacles = {
        Reason.TOO_FEW_POINTS: too_few,
        Reason.OPEN_INTERVAL: mu.state is not None and (mu.state != ParameterState.INTERVAL or mu.is_ambiguous),
        Reason.MU_BEYOND_ATLAS: mu.state == ParameterState.INTERVAL and mu.beyond_atlas,
        Reason.WINDOW_DRIFT: mu.drifts,
        Reason.DEPENDS_ON_ONE_POINT: mu.depends_on_one_point,
    }
    reasons.update(dict.fromkeys(reason for reason, applies in obstacles.items() if applies))
    if any(obstacles.values()):
        return State.NOT_CONSTRAINED
    is_determined = mu.state is not None or mu.error == 0  # by its interval, or since it is fixed
    return State.FAVORED if mu.delta_aicc > FAVORED_DELTA_AICC and is_determined else State.CONSISTENT


def _conclude_J0_over_h0(atlas: AtlasEvidence, too_few: bool, stm_suffices: bool, reasons: dict[str, None]) -> str:
    failures = {
        Reason.ATLAS_DOES_NOT_FIT: not atlas.acceptable and Reason.NO_MODEL_FITS not in reasons,
        Reason.EQ3_BEATS_ATLAS: atlas.is_beaten_by_eq3,
        Reason.STM_BEATS_ATLAS: atlas.is_beaten_by_stm,
    }
    reasons.update(dict.fromkeys(reason for reason, applies in failures.items() if applies))
    if not reasons.keys().isdisjoint(Reason.FAILURES_OF_ATLAS):
        return State.NOT_DESCRIBED
    obstacles = {
        Reason.TOO_FEW_POINTS: too_few,
        Reason.OPEN_INTERVAL: atlas.state in (None, ParameterState.NOT_CONSTRAINED, ParameterState.AT_BOUND)
        or (not reasons.keys().isdisjoint(Reason.OPEN_INTERVALS) and atlas.state != ParameterState.INTERVAL),
        Reason.NO_TLS_SIGNAL: not atlas.has_tls_signal,
        Reason.WINDOW_DRIFT: atlas.drifts,
        Reason.DEPENDS_ON_ONE_POINT: atlas.excludes_zero and not atlas.robust,
        Reason.STM_IS_BETTER: atlas.excludes_zero and atlas.delta_aicc_stm > 0,
        Reason.STM_SUFFICES: stm_suffices and atlas.state == ParameterState.LOWER_LIMIT,
    }
    reasons.update(dict.fromkeys(reason for reason, applies in obstacles.items() if applies))
    if any(obstacles.values()):
        return State.NOT_CONSTRAINED
    excludes_zero = atlas.excludes_zero and not stm_suffices
    return State.INTERVAL if excludes_zero and atlas.state == ParameterState.INTERVAL else State.LIMIT
