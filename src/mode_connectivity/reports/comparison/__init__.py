"""Reports all paths of a neuron-swap study side by side."""
