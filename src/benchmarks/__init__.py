"""Speed and memory, measured side by side in one run. The product never imports this; `make bench` runs it."""
