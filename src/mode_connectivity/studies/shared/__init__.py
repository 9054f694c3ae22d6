"""Defines what the stages of both studies share."""
