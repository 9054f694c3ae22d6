"""Simulates how often the verdict says a wrong word, and its intervals miss: `python -m benchmarks.verdict_words`.

Studies of eight seeds at the level that three depths share. A seed's barrier B is positive with mean 1, and a region's
gap is B (r + 0.1 e): r is its true share of the barrier, e an error of mean 0 and deviation 1. B is uniform and e
normal, or both are lognormal with sigma 0.5, 1 or 2: skewed upwards, as a few trainings that fail make gaps. Paths
trained everywhere have no error, so that nothing evens out the skew of the others.
"""

import argparse
import time
from collections import Counter
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from mode_connectivity.statistics import sign_flip_p
from mode_connectivity.statistics.contrasts import ratio_difference_interval
from mode_connectivity.statistics.estimate import Estimate
from mode_connectivity.statistics.gaps import Gaps, with_placebo
from mode_connectivity.statistics.rule import Rule
from mode_connectivity.statistics.shares import Shares, locality_sums, shares
from mode_connectivity.statistics.words import word_of

Floats = NDArray[np.float64]
SEEDS, DEPTHS, ERROR = 8, 3, 0.1
RULE = Rule(margin=0.1)
TESTED = RULE.tested(SEEDS, DEPTHS)
LEVEL = RULE.level_of_each(TESTED, DEPTHS) or 0.0
LAWS = {"normal": 0.0, "lognormal 0.5": 0.5, "lognormal 1": 1.0, "lognormal 2": 2.0}
REGIONS = ("slices", "placebo_slices", "outside", "all")
NO_CLAIM = {"not identified", "not converged", "the interval"}

# A truth -> shares of slices, placebo, outside and all, and the words that are right. At a margin no claim about it is.
TRUTHS: dict[str, tuple[tuple[float, float, float, float], set[str]]] = {
    "slices at the margin, placebo fails": ((0.1, 0.6, 0.0, 0.0), set()),
    "slices suffice, placebo at the margin": ((0.0, 0.1, 0.0, 0.0), set()),
    "slices and placebo at the margin": ((0.1, 0.1, 0.0, 0.0), set()),
    "slices fail, outside at the margin": ((0.6, 0.6, 0.1, 0.0), {"not local"}),
    "slices nothing special, outside suffices": ((0.5, 0.5, 0.0, 0.0), {"not local"}),
    "any subset suffices": ((0.0, 0.0, 0.0, 0.0), {"any such subset suffices"}),
    "nothing mends anything": ((1.0, 1.0, 1.0, 1.0), set()),
}
PLANTED: dict[str, tuple[float, float, float, float]] = {
    "local": (0.0, 0.6, 0.0, 0.0),
    "not local": (0.5, 0.5, 0.0, 0.0),
    "both needed": (0.4, 0.6, 0.4, 0.0),
    "any such subset suffices": (0.0, 0.0, 0.0, 0.0),
}


def draw(rng: np.random.Generator, sigma: float, size: tuple[int, ...]) -> Floats:
    """Return errors of mean 0 and deviation 1; sigma 0 is the normal law."""
    z = rng.standard_normal(size)
    if not sigma:
        return z
    mean = np.exp(sigma**2 / 2)
    return np.asarray((np.exp(sigma * z) - mean) / (mean * np.sqrt(np.expm1(sigma**2))))


def barriers(rng: np.random.Generator, sigma: float, size: tuple[int, ...]) -> Floats:
    """Return positive values of mean 1: uniform on 0.5 to 1.5, or lognormal."""
    if not sigma:
        return rng.uniform(0.5, 1.5, size)
    return np.asarray(np.exp(sigma * rng.standard_normal(size) - sigma**2 / 2))


def study(rng: np.random.Generator, sigma: float, truth: tuple[float, ...], error: float = ERROR) -> Gaps:
    """Return the gaps of one depth, converged, over a low noise floor."""
    none = barriers(rng, sigma, (SEEDS,))
    scale = {"all": 0.0}
    regions = {
        region: none * (r + scale.get(region, error) * draw(rng, sigma, (SEEDS,)))
        for region, r in zip(REGIONS, truth, strict=True)
    }
    return with_placebo(Gaps(none, regions, dict(regions), 0.01 * none))


def at_the_floor(rng: np.random.Generator, sigma: float) -> Gaps:
    """Return gaps of a line that rises as much as two trainings of the control differ, on average."""
    none, floor, *others = barriers(rng, sigma, (2 + len(REGIONS), SEEDS))
    regions = dict(zip(REGIONS, others, strict=True))
    return with_placebo(Gaps(none, regions, dict(regions), floor))


def estimates(gaps: Gaps) -> Shares:
    return shares(gaps, TESTED, LEVEL)


def wrong_words(studies: int, sigma: float, truth: str) -> Counter[str]:
    """Return word -> how many studies say it wrongly."""
    rng = np.random.default_rng(0)
    planted = TRUTHS.get(truth)
    words = Counter(
        word_of(estimates(study(rng, sigma, planted[0]) if planted else at_the_floor(rng, sigma)), RULE)
        for _ in range(studies)
    )
    right = NO_CLAIM | (planted[1] if planted else set())
    return Counter({word: count for word, count in words.items() if word not in right})


def right_words(studies: int, sigma: float, word: str, error: float) -> int:
    """Return how many studies say the planted word."""
    rng = np.random.default_rng(1)
    return sum(word_of(estimates(study(rng, sigma, PLANTED[word], error)), RULE) == word for _ in range(studies))


def coverage(studies: int, sigma: float, level: float) -> dict[str, float]:
    """Return ratio -> share of its intervals at `level` that hold the planted value."""
    rng, truth = np.random.default_rng(2), (0.3, 0.6, 0.4, 0.0)
    held: Counter[str] = Counter()
    for _ in range(studies):
        estimated = estimates(study(rng, sigma, truth))
        planted = {
            "Lambda": (estimated.locality, 0.5),
            "N": (estimated.necessity, 0.4),
            "rho": (estimated.recovery["slices"], 0.7),
        }
        for name, (each, value) in planted.items():
            interval = None if each is None else Estimate(each.a, each.b, level).interval
            held[name] += each is None or (interval is not None and interval[0] <= value <= interval[1])
    return {name: count / studies for name, count in held.items()}


def contrast_coverage(studies: int, sigma: float) -> dict[str, float]:
    """Return ratio -> share of 98.3 % intervals (three contrasts at 95 %) that hold a planted difference."""
    rng = np.random.default_rng(3)
    truths = (0.3, 0.6, 0.4, 0.0), (0.1, 0.5, 0.0, 0.0)
    planted = {"Lambda": 0.5 - 0.8, "rho": 0.7 - 0.9}
    held: Counter[str] = Counter()
    for _ in range(studies):
        depths = [study(rng, sigma, truth) for truth in truths]
        local = [locality_sums(each) for each in depths]
        assert local[0] is not None
        assert local[1] is not None
        recovered = [(each.none - each.regions["slices"], each.none) for each in depths]
        for name, (later, earlier) in {"Lambda": (local[0], local[1]), "rho": (recovered[0], recovered[1])}.items():
            low, high = ratio_difference_interval(*later, *earlier, 1 - 0.05 / 3)
            held[name] += low <= planted[name] <= high
    return {name: count / studies for name, count in held.items()}


def one_sided_sizes(studies: int, sigma: float) -> dict[str, float]:
    """Return alternative -> share of true means that the one-sided sign-flip test rejects at 5 %."""
    values = draw(np.random.default_rng(4), sigma, (studies, SEEDS))
    return {side: float((sign_flip_p(values, 0.0, side) <= 0.05).mean()) for side in ("less", "greater")}


def table(title: str, rows: Mapping[str, list[str]]) -> str:
    """Return a Markdown table with a column a law."""
    lines = [f"| {title} | {' | '.join(LAWS)} |", f"| --- |{' ---: |' * len(LAWS)}"]
    return "\n".join([*lines, *(f"| {name} | {' | '.join(cells)} |" for name, cells in rows.items())]) + "\n"


def percent(share: float) -> str:
    return f"{100 * share:.1f}"


def wrong_cell(counts: Counter[str], studies: int) -> str:
    said = ", ".join(f"{word} {percent(count / studies)}" for word, count in counts.most_common())
    return f"{percent(sum(counts.values()) / studies)}" + (f" ({said})" if said else "")


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.verdict_words", description=__doc__)
    parser.add_argument("--studies", type=int, default=5000, help="of each truth and law")
    studies: int = parser.parse_args().studies
    started, laws = time.process_time(), LAWS.values()
    sizes = [one_sided_sizes(studies, sigma) for sigma in laws]
    sides = {f'"{side}", nominal 5': [percent(each[side]) for each in sizes] for side in sizes[0]}
    print(table("size of the one-sided sign-flip test (%)", sides))
    wrong = {
        t: [wrong_cell(wrong_words(studies, sigma, t), studies) for sigma in laws]
        for t in [*TRUTHS, "barrier at the floor"]
    }
    print(table("truth: wrong words (%)", wrong))
    right = {
        f"{word}, errors {error:g}": [
            percent(right_words(studies // 5, sigma, word, error) / (studies // 5)) for sigma in laws
        ]
        for word in PLANTED
        for error in (0.02, 0.05)
    }
    print(table("planted word: said (%)", right))
    for level in (LEVEL, 0.95):
        coverages = [coverage(studies, sigma, level) for sigma in laws]
        rows = {name: [percent(each[name]) for each in coverages] for name in coverages[0]}
        print(table(f"coverage of {percent(level)} % intervals (%)", rows))
    differences = [contrast_coverage(studies // 5, sigma) for sigma in laws]
    rows = {f"{name}, later - earlier": [percent(each[name]) for each in differences] for name in differences[0]}
    print(table("coverage of 98.3 % intervals (%)", rows))
    print(f"{time.process_time() - started:.0f} CPU-seconds")


if __name__ == "__main__":
    main()
