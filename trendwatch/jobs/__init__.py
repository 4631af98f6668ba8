"""When the steps run: APScheduler in one process."""
