"""Names the other ends that a path may have."""

CONTROL = "control"  # no swap: the endpoint itself
DEPTHS = ("early", "mid", "late")  # a swap in such a layer; swap.layers names more
MIRROR, RANDOM = "mirror", "random"  # all units reversed, or permuted at random
NULL = "null"  # a swap of two units that are dead or nearly alike
RESEEDS = ("reseed", "rematched")  # another seed's network, as it was trained and after matching
VARIANTS = (CONTROL, *DEPTHS, MIRROR, RANDOM, NULL, *RESEEDS)
