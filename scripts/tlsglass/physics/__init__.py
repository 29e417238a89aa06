"""What a density of states does: Eqs. (3)-(11), (A1), (A2).

Kernels at one temperature (kernels), functionals of a simulated density (functionals), closed forms of Eq. (3) (eq3),
laws in temperature (laws), microwave resonators (loss, quasiparticles), the two-TLS model (two_tls).
"""
