"""Measurements, each beside its floor in the same run: figures of a machine say little, ratios count."""
