"""What the stages of both studies share."""
