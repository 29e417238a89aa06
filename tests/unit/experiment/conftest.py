"""Options of the tests of measured data."""


def pytest_addoption(parser):
    parser.addoption("--mutations", type=int, default=40, help="how many mutated datasets are carried through a fit")
    parser.addoption("--mutations-from", type=int, default=0, help="the first of their seeds")
