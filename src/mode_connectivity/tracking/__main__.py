"""Makes the tracking store: `python -m mode_connectivity.tracking`."""

import signal

if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C ends it without a word
    from mode_connectivity.tracking.store import initialise

    print(f"tracking store: {initialise()}")
