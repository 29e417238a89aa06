"""The verdicts on claims of the paper. To add a kind of verdict, add a member here and return it in ``scorecard``."""

from enum import StrEnum


class Verdict(StrEnum):
    """A verdict: its name in tables, and how it is worded, marked, drawn and explained. Members are in the order of summaries.

    Attributes
    ----------
    singular, plural
        The predicate of one claim and of several: "agrees", "agree".
    mark
        The character in front of the name in Markdown tables.
    shape
        An SVG path in a box of 16 by 16, so that verdicts are distinguished without color.
    colors
        Text colors on a light and on a dark background.
    meaning
        The explanation on the page.
    """

    singular: str
    plural: str
    mark: str
    shape: str
    colors: tuple[str, str]
    meaning: str

    AGREES = (
        "agrees",
        "agrees",
        "agree",
        "✓",
        "M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1z",
        ("#00603f", "#4fd0a3"),
        "within three standard errors",
    )
    OPEN_CHOICE = (
        "open choice",
        "is an open choice",
        "are open choices",
        "±",
        "M8 0l8 8-8 8-8-8z",
        ("#7a4d00", "#f0b84e"),
        "differs by no more than a choice of the analysis that the paper leaves open",
    )
    DIFFERS = (
        "differs",
        "differs",
        "differ",
        "✗",
        "M3 0l5 5 5-5 3 3-5 5 5 5-3 3-5-5-5 5-3-3 5-5-5-5z",
        ("#a63b00", "#ff9a5c"),
        "differs by more than three standard errors and any such choice",
    )
    NO_POWER = (
        "no power",
        "has no power",
        "have no power",
        "?",
        "M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1zm0 3a4 4 0 1 1 0 8 4 4 0 0 1 0-8z",
        ("#57606a", "#b3bcc5"),
        "within our errors the null model (STM, no interactions, no such effect) would agree as well, or there is no value",
    )
    NOT_SIMULATED = (
        "not simulated",
        "is not simulated",
        "are not simulated",
        "○",
        "M1 1h14v14H1zm3 3v8h8V4z",
        ("#57606a", "#b3bcc5"),
        "the run contains nothing that the claim is about: no such L, J0, temperature, variant or dataset",
    )
    RECONSTRUCTED = (
        "reconstructed",
        "is reconstructed",
        "are reconstructed",
        "=",
        "M1 3h14v4H1zm0 6h14v4H1z",
        ("#7a3363", "#e9a8cc"),
        "our value follows from parameters that the paper prints or that we chose to match it: no test",
    )
    NOT_REPRODUCED = (
        "not reproduced",
        "is not reproduced",
        "are not reproduced",
        "–",
        "M1 6h14v4H1z",
        ("#1b1f24", "#e6edf3"),
        "not attempted",
    )

    def __new__(
        cls, name: str, singular: str, plural: str, mark: str, shape: str, colors: tuple[str, str], meaning: str
    ) -> "Verdict":
        """Return the member ``name``, a string that compares equal to its name."""
        member = str.__new__(cls, name)
        member._value_ = name
        member.singular, member.plural, member.mark, member.shape = singular, plural, mark, shape
        member.colors, member.meaning = colors, meaning
        return member

    def predicate(self, n_claims: int) -> str:
        """Return the predicate of that many claims."""
        return self.singular if n_claims == 1 else self.plural
