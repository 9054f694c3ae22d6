"""Computes what a path of the neuron-swap study shows; nothing here is trained."""
