"""Reports a neuron-swap study: the answer of each depth, and all paths side by side."""
