"""One seeded generator of everything made up: people, jobs, histories, CV files, and the truth behind them."""

from eval.world.build import TODAY, World, build, make_world

__all__ = ["TODAY", "World", "build", "make_world"]
