"""How many persons a design needs, and what it can find."""

from __future__ import annotations

import math

import numpy as np

from mhsim.measure.estimators.distributions import noncentral_t_cdf, normal_cdf, t_quantile


def sd_diff(
    sd_pl: float, sd_seed: float, sd_res: float, sd_plj: float, n_seeds: int, n_judges: int
) -> float:
    """Return the standard deviation of a person's shift between two languages, in points.

    Formula: sqrt(2 (pl^2 + plj^2/J + s^2/S + res^2/(S J))). More seeds take it to sqrt(2) pl and no
    further: persons help, seeds soon do not.

    Args:
        sd_pl: of person x language, in points.
        sd_seed: of seeds within person and language.
        sd_res: of what is left.
        sd_plj: of person x language x judge.
        n_seeds: seeds per person and language.
        n_judges: judges whose mean is taken.
    """
    cell = sd_pl**2 + sd_plj**2 / n_judges + sd_seed**2 / n_seeds
    return math.sqrt(2 * (cell + sd_res**2 / (n_seeds * n_judges)))


def power_paired_t(delta: float, sd: float, n: int, alpha: float = 0.05) -> float:
    """Return the chance that a two-sided paired t test finds a shift of `delta`, 0 to 1.

    Args:
        delta: the shift, in points.
        sd: standard deviation of the paired differences.
        n: persons, 2 or more.
        alpha: size of the test.
    """
    df, shift = n - 1, delta * math.sqrt(n) / sd
    critical = t_quantile(1 - alpha / 2, df)
    above = 1 - noncentral_t_cdf(critical, df, shift)
    return float(above + noncentral_t_cdf(-critical, df, shift))


def n_for_power(delta: float, sd: float, power: float = 0.8, alpha: float = 0.05) -> int:
    """Return the fewest persons, 3 or more, that find a shift with that chance.

    Raises:
        ValueError: the shift is 0, or the power not below 1.
    """
    if delta == 0 or not 0 < power < 1:
        raise ValueError("a shift other than 0 and a power between 0 and 1 would be right")
    low, high = 2, 3
    while power_paired_t(delta, sd, high, alpha) < power:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        if power_paired_t(delta, sd, middle, alpha) < power:
            low = middle
        else:
            high = middle
    return high


def detectable(sd: float, n: int, power: float = 0.8, alpha: float = 0.05) -> float:
    """Return the least shift that n persons find with that chance, in the unit of `sd`."""
    low, high = 0.0, sd
    while power_paired_t(high, sd, n, alpha) < power:
        low, high = high, 2 * high
    for _ in range(60):
        middle = (low + high) / 2
        if power_paired_t(middle, sd, n, alpha) < power:
            low = middle
        else:
            high = middle
    return high


def power_tost(
    true_delta: float,
    margin: float,
    sd: float,
    n: int,
    alpha: float = 0.05,
    nsim: int | None = None,
    seed: int = 1,
) -> float:
    """Return the chance that two one-sided paired t tests show equivalence, 0 to 1.

    Exact by integration over the standard error, unless a number of simulations is given.

    Args:
        true_delta: the true shift, in points.
        margin: half the width of what counts as equivalent.
        sd: standard deviation of the paired differences.
        n: persons, 2 or more.
        alpha: size of each test.
        nsim: simulate so many instead.
        seed: starts the stream of a simulation.
    """
    t, se = t_quantile(1 - alpha, n - 1), sd / math.sqrt(n)
    if nsim is not None:
        stream = np.random.default_rng(seed)
        mean = true_delta + se * stream.standard_normal(nsim)
        half = t * se * np.sqrt(stream.chisquare(n - 1, nsim) / (n - 1))
        return float((np.abs(mean) + half < margin).mean())
    return _shown(true_delta, margin, se, (t, n - 1))


def _shown(delta: float, margin: float, se: float, test: tuple[float, int]) -> float:
    """Integrate over u, the estimated over the true standard error: a scaled chi."""
    t, df = test
    u = np.linspace(0, margin / (t * se), 4001)[1:]
    u = u[u < 12]
    log = df * np.log(u) - np.log(u) - df * u**2 / 2
    density = np.exp(
        log + (df / 2) * math.log(df) - (df / 2 - 1) * math.log(2) - math.lgamma(df / 2)
    )
    room = margin - t * se * u
    inside = normal_cdf((room - delta) / se) - normal_cdf((-room - delta) / se)
    heights = np.maximum(inside, 0) * density
    return float(((heights[1:] + heights[:-1]) / 2 * np.diff(u)).sum())
