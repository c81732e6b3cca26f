"""Pure functions from frames to frames: no file, clock, network, settings or Prefect."""
