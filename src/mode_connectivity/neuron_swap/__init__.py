"""What the stages of the neuron-swap study compute."""
