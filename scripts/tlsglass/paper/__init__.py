"""Every number that is quoted, once; what the paper claims; the verdict.

The entries (quantities, of the type in quantity), how they are estimated (estimators), what could as well be chosen
(choices, systematics), their tables (quoted, differences), the test of their errors (pulls), the referee (scorecard).
"""
