"""The ridge rule: classes taught with a few examples each, in milliseconds, better than neighbours.

Every example becomes the square roots of its embedding minus their mean over all examples, at unit
length; then a ridge regression on the classes is solved in closed form. What the rule would have said
of an example it was not taught with follows from the same solution, with no second fit.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from core.errors import Unteachable

STRENGTH = 0.3
_SHARPNESS = 2.0 ** np.arange(0, 6.25, 0.25)
_USUAL_SHARPNESS = 8.0  # where too little was taught to tell
_CHUNK = 4096

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]


class Ridge:
    """The rule, from n examples of K classes.

    After `fit`: `labels_` the K classes in order, `weights_` (d, K), `mean_` (d,), `left_out_` (n, K) the
    scores each example gets from all others (or from all other groups), `sharpness_` what turns scores
    into probabilities.
    """

    def __init__(self, strength: float = STRENGTH) -> None:
        self.strength = strength

    def fit(
        self,
        embeddings: NDArray[np.floating],
        labels: Sequence[str],
        groups: Sequence[Hashable] | None = None,
    ) -> Ridge:
        """Learn from embeddings (n, d) and their labels and return self.

        Examples of one group say nothing of each other in `left_out_`. Up to d examples the n x n Gram
        matrix is solved, beyond that d x d: the answer is the same. Raises Unteachable where there are
        no examples, or not one label (and group) for each.
        """
        count = len(embeddings)
        if count == 0:
            raise Unteachable("There are no examples: teach at least one before you ask.")
        if {count, len(labels), count if groups is None else len(groups)} != {count}:
            raise Unteachable(f"There are {count} examples but {len(labels)} labels: give each one label.")
        self.labels_ = tuple(sorted(set(labels)))
        number = {label: at for at, label in enumerate(self.labels_)}
        classes = np.array([number[label] for label in labels])
        self.mean_ = mean_root(embeddings)
        rows = centred_roots(embeddings, self.mean_)
        wanted = np.eye(len(self.labels_))[classes] - 1 / len(self.labels_)
        solved = (_Gram if count <= rows.shape[1] else _Covariance)(rows, wanted, self.strength)
        self.weights_ = solved.weights.astype(np.float32)
        self.left_out_ = solved.left_out(groups)
        self.sharpness_ = _sharpness(self.left_out_, classes)
        return self

    def scores(self, embeddings: NDArray[np.floating]) -> Doubles:
        """Return what the rule says (n, K): 1 - 1/K for a class and -1/K for the others when it is sure.

        Raises Unteachable where nothing was taught, or where embeddings have another size.
        """
        if not hasattr(self, "weights_"):
            raise Unteachable("There are no examples: teach at least one before you ask.")
        if embeddings.shape[1:] != self.mean_.shape:
            raise Unteachable(
                f"This embedding has {embeddings.shape[-1]} numbers and the examples {len(self.mean_)}: "
                "ask with the model they were taught with."
            )
        return (centred_roots(embeddings, self.mean_) @ self.weights_).astype(np.float64)

    def probabilities(self, embeddings: NDArray[np.floating]) -> Doubles:
        """Return the probability (n, K) of each class, in the order of `labels_`."""
        return self.calibrated(self.scores(embeddings))

    def calibrated(self, scores: Doubles) -> Doubles:
        """Return scores (n, K) as probabilities: softmax, as sharp as made `left_out_` likeliest."""
        return _softmax(scores * self.sharpness_)

    def predict(self, embeddings: NDArray[np.floating]) -> list[str]:
        """Return the likeliest class of each embedding.

        >>> Ridge().fit(np.eye(2), ["cat", "dog"]).predict(np.array([[0.1, 2.0]]))
        ['dog']
        """
        return [self.labels_[at] for at in self.scores(embeddings).argmax(axis=1)]


class _Gram:
    """(rows rows' + strength I) solved, n x n: for fewer examples than numbers in each."""

    def __init__(self, rows: Floats, wanted: Doubles, strength: float) -> None:
        wide = rows.astype(np.float64)
        self._inverse = np.linalg.inv(wide @ wide.T + strength * np.eye(len(rows)))
        self._dual = self._inverse @ wanted
        self._wanted = wanted
        self.weights = wide.T @ self._dual

    def left_out(self, groups: Sequence[Hashable] | None) -> Doubles:
        """Return the scores (n, K) of each example from a rule taught without its group.

        With the inverse A and the dual solution a, the error of a group I left out is inv(A[I, I]) a[I]
        (Golub, Heath and Wahba 1979, for groups of any size).
        """
        error: Doubles = self._dual / np.diag(self._inverse)[:, None]
        for some in _together(groups):
            error[some] = np.linalg.solve(self._inverse[np.ix_(some, some)], self._dual[some])
        return self._wanted - error


class _Covariance:
    """(rows' rows + strength I) solved, d x d: for more examples than numbers in each."""

    def __init__(self, rows: Floats, wanted: Doubles, strength: float) -> None:
        size = rows.shape[1]
        square, cross = strength * np.eye(size), np.zeros((size, wanted.shape[1]))
        for at in range(0, len(rows), _CHUNK):
            wide = rows[at : at + _CHUNK].astype(np.float64)
            square += wide.T @ wide
            cross += wide.T @ wanted[at : at + _CHUNK]
        inverse = np.linalg.inv(square)
        self.weights = inverse @ cross
        self._white = rows @ np.linalg.cholesky(inverse).astype(np.float32)
        self._error = wanted - rows @ self.weights
        self._wanted = wanted

    def left_out(self, groups: Sequence[Hashable] | None) -> Doubles:
        """Return what `_Gram.left_out` would: here A[I, I] is I - white[I] white[I]', times a constant."""
        error: Doubles = self._error / (1 - np.einsum("nd,nd->n", self._white, self._white)[:, None])
        for some in _together(groups):
            white, wrong = self._white[some].astype(np.float64), self._error[some]
            if len(some) <= white.shape[1]:
                error[some] = np.linalg.solve(np.eye(len(some)) - white @ white.T, wrong)
            else:  # the same by the identity of Woodbury
                inner = np.eye(white.shape[1]) - white.T @ white
                error[some] = wrong + white @ np.linalg.solve(inner, white.T @ wrong)
        return self._wanted - error


def centred_roots(embeddings: NDArray[np.floating], mean: Floats | None = None) -> Floats:
    """Return the square roots of embeddings (n, d) minus their mean, each of length one, in float32.

    What all pictures have in common says nothing. The dot product of two is how alike they are, -1..1.
    """
    rows: Floats = _roots(embeddings)
    rows -= rows.mean(axis=0) if mean is None else mean
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    np.divide(rows, length, out=rows, where=length > 0)
    return rows


def mean_root(embeddings: NDArray[np.floating]) -> Floats:
    """Return the mean (d,) of the square roots of embeddings (n, d)."""
    mean: Floats = _roots(embeddings).mean(axis=0, dtype=np.float64).astype(np.float32)
    return mean


def _roots(embeddings: NDArray[np.floating]) -> Floats:
    roots: Floats = np.maximum(embeddings, 0, dtype=np.float32)
    np.sqrt(roots, out=roots)
    return roots


def _together(groups: Sequence[Hashable] | None) -> Iterator[NDArray[np.int64]]:
    """Yield the places of each group with more than one member."""
    members: dict[Hashable, list[int]] = {}
    for at, group in enumerate(groups or ()):
        members.setdefault(group, []).append(at)
    yield from (np.array(some) for some in members.values() if len(some) > 1)


def _softmax(logits: Doubles) -> Doubles:
    raised: Doubles = np.exp(logits - logits.max(axis=1, keepdims=True))
    raised /= raised.sum(axis=1, keepdims=True)
    return raised


def _sharpness(left_out: Doubles, classes: NDArray[np.int64]) -> float:
    """Return the sharpness under which the classes of the examples left out are likeliest."""
    if np.bincount(classes).min() < 2:
        return _USUAL_SHARPNESS
    own = np.arange(len(classes)), classes
    likelihood = [np.log(_softmax(left_out * sharp)[own] + 1e-12).sum() for sharp in _SHARPNESS]
    return float(_SHARPNESS[int(np.argmax(likelihood))])
