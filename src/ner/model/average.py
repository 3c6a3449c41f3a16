"""One model from several: the mean of the weights of models that were fine-tuned from the same encoder.

Where they erred differently the mean errs less, and it is as fast as one of them (Wortsman et al. 2022, "Model soups:
averaging weights of multiple fine-tuned models improves accuracy without increasing inference time").
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import torch

from ner.errors import NerError
from ner.model.checkpoint import Checkpoint, load_checkpoint
from ner.model.transitions import Transitions

Floats = npt.NDArray[np.floating]


def average(names: Sequence[str], weights: Sequence[float] | None = None) -> Checkpoint:
    """The weighted mean of models, in folders or on the hub; all count alike if ``weights`` is None.

    Transitions are averaged too, fixed terms are those of all; the temperature is that of the first, so fit it anew.
    Raises NerError if the models differ in labels, shape, tokens, or in how their texts are cleaned, cut or decoded.
    """
    shares = shares_of(names, weights)
    checkpoints = [load_checkpoint(name) for name in names]
    first = checkpoints[0]
    for name, other in zip(names[1:], checkpoints[1:], strict=True):
        if reason := _difference(first, other):
            raise NerError(f"{name}: cannot be averaged with {names[0]}: {reason} differ")
    states = [checkpoint.model.state_dict() for checkpoint in checkpoints]
    with torch.no_grad():
        for key, value in first.model.state_dict().items():
            if value.is_floating_point():
                mean = sum(float(share) * state[key].double() for share, state in zip(shares, states, strict=True))
                value.copy_(torch.as_tensor(mean))
    settings = replace(
        first.settings,
        transitions=_mean([c.settings.transitions for c in checkpoints], shares),
        terms=tuple(sorted({term for c in checkpoints for term in c.settings.terms})),
    )
    return Checkpoint(first.model, first.tokenizer, first.tags, settings)


def shares_of(names: Sequence[str], weights: Sequence[float] | None, kind: str = "models") -> Floats:
    """What each model counts in a mean: ``weights``, or all alike, divided by their sum.

    Raises NerError, which names the setting ``kind``, if there is no model or not one weight of 0 or more for each.
    """
    shares = np.asarray([1.0] * len(names) if weights is None else weights, dtype=float)
    if not names or len(shares) != len(names) or shares.min() < 0 or not shares.sum():
        raise NerError(f"{kind}, weights: give at least one model, and one weight of 0 or more for each")
    return shares / shares.sum()


def _difference(first: Checkpoint, other: Checkpoint) -> str | None:
    one, two = first.settings, other.settings
    shapes = [{key: value.shape for key, value in c.model.state_dict().items()} for c in (first, other)]
    aspects = {
        "labels": first.tags == other.tags,
        "shapes of weights": shapes[0] == shapes[1],
        "tokens": first.tokenizer.get_vocab() == other.tokenizer.get_vocab(),
        "cleaning settings": one.cleaning == two.cleaning,
        "window settings": one.window == two.window,
        "recurrence weights": one.recurrence == two.recurrence,
        "recurring types": one.recurring == two.recurring,
        "penalties": one.penalties == two.penalties,
        "edge rules": one.edge_rules == two.edge_rules,
        "uses of transitions": (one.transitions is None) == (two.transitions is None),
    }
    return next((aspect for aspect, alike in aspects.items() if not alike), None)


def _mean(transitions: Sequence[Transitions | None], shares: Floats) -> Transitions | None:
    known = [potentials for potentials in transitions if potentials is not None]
    if not known:
        return None
    mean = np.tensordot(shares, np.asarray(known), axes=1)
    return tuple(tuple(round(float(value), 4) for value in row) for row in mean)
