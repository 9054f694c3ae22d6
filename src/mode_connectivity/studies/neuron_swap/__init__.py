"""Computes the results of the stages of the neuron-swap study."""
