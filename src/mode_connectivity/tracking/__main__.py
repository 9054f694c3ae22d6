"""Makes the tracking store: `python -m mode_connectivity.tracking`."""

from mode_connectivity.tracking.runs import initialise

if __name__ == "__main__":
    print(f"tracking store: {initialise()}")
