"""What the stages of the mechanisms study compute."""
