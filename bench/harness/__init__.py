"""Starts, loads and observes the programs that ./dev bench compares. Everything listens on loopback, on free ports."""
