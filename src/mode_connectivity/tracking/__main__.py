"""Makes the tracking store: `python -m mode_connectivity.tracking`."""

from mode_connectivity.start import end_quietly

if __name__ == "__main__":
    end_quietly()
    from mode_connectivity.tracking.runs import initialise

    print(f"tracking store: {initialise()}")
