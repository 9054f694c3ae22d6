"""How a stage runs: errors, signals, and trainings that resume."""
