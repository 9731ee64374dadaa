"""M4 and M5: twins across locales; they need sentence embeddings and say so without."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vectors = NDArray[np.float64]

Topics: TypeAlias = Mapping[str, Sequence[float]]
"""Topic, such as an item, to the vector of what was said of it."""


def _likeness(one: Topics, other: Topics) -> float | None:
    """Return the mean cosine over the topics both speak of; None without any."""
    import numpy as np

    both = [name for name in one if name in other]
    if not both:
        return None
    left = np.asarray([one[name] for name in both], dtype=float)
    right = np.asarray([other[name] for name in both], dtype=float)
    norms = np.linalg.norm(left, axis=1) * np.linalg.norm(right, axis=1)
    return float(np.mean(np.sum(left * right, axis=1) / np.where(norms == 0, 1, norms)))


def twin_isomorphism(
    dialogue: Topics, twin: Topics, translation: Topics | None, others: Sequence[Topics]
) -> float | None:
    """M4: how much a dialogue is a translation of its English twin.

    Formula: (s - s_rand) / (s_T - s_rand), where s is the mean cosine of embeddings aligned by
    topic between dialogue and English twin, s_T between a literal translation and the twin, and
    s_rand the mean over other persons of equal severity. Without a translation s_T is 1, which it
    cannot exceed: the value is then a lower bound. None without a topic in common, without others,
    or where s_T does not exceed s_rand.

    Expected: between the two: 1 is a translation, 0 a different patient. Pitfalls: embeddings are
    weaker in Bangla and Hindi, and idioms lower similarity for the wrong reason; check with a
    second model and back-translation. Source: Feng et al. 2022 (doi:10.18653/v1/2022.acl-long.62);
    Volansky, Ordan and Wintner 2015 (doi:10.1093/llc/fqt031).

    Args:
        dialogue: topic to vector.
        twin: the English twin's.
        translation: the literal translation's, where there is one.
        others: those of other persons of equal severity, in the dialogue's locale.
    """
    said = _likeness(dialogue, twin)
    strangers = [s for other in others if (s := _likeness(other, twin)) is not None]
    ceiling = 1.0 if translation is None else _likeness(translation, twin)
    if said is None or ceiling is None or not strangers:
        return None
    chance = fmean(strangers)
    return (said - chance) / (ceiling - chance) if ceiling > chance else None


def locale_separability(
    vectors: Sequence[Sequence[float]], locales: Sequence[str], drop: int = 0
) -> float | None:
    """M5: how well dialogues, masked and pivoted to one language, are told apart by locale.

    Formula: balanced accuracy of a leave-one-out nearest-centroid classifier; with `drop`, the
    features that differ most between centroids are left out first. None with fewer than two
    locales of two dialogues each.

    Expected: above chance (1 / locales), and surviving the ablation. Pitfalls: translation
    artefacts; vectors that carry the language itself tell locales apart for nothing; what
    collapses with 20 features dropped is decoration; near 1 is caricature.
    Source: Cheng, Piccardi and Yang 2023 (doi:10.18653/v1/2023.emnlp-main.669).

    Args:
        vectors: one per dialogue: embeddings or feature counts.
        locales: the locale of each.
        drop: how many of the most telling features to leave out.
    """
    import numpy as np

    data = np.asarray(vectors, dtype=float)
    names = sorted(set(locales))
    labels = np.array([names.index(locale) for locale in locales])
    if len(names) < 2 or min(np.bincount(labels)) < 2:
        return None
    if drop:
        means = np.stack([data[labels == n].mean(axis=0) for n in range(len(names))])
        spread = means.max(axis=0) - means.min(axis=0)
        data = data[:, np.argsort(spread)[: max(1, data.shape[1] - drop)]]
    right = np.array([_nearest(data, labels, n) == labels[n] for n in range(len(labels))])
    return float(np.mean([right[labels == n].mean() for n in range(len(names))]))


def _nearest(data: Vectors, labels: Any, left_out: int) -> int:
    import numpy as np

    keep = np.arange(len(labels)) != left_out
    distances = [
        np.linalg.norm(data[left_out] - data[keep & (labels == n)].mean(axis=0))
        for n in range(int(labels.max()) + 1)
    ]
    return int(np.argmin(distances))
