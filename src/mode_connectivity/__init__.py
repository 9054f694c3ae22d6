"""Paths of low loss between networks: where they lead in the weights and what they change in the function."""
