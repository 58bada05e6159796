"""Measurements, side by side in one run. Figures of a machine say little; the ratios are what counts."""
