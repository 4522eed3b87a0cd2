"""What the matrices of an encoder's layer are called: read with the settings of recorded runs too, so without Keras."""

from __future__ import annotations

# Four of the attention, two of the network behind it.
MATRICES = ("query", "key", "value", "output", "feed_forward_hidden", "feed_forward_output")
