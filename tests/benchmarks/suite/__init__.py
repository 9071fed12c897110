"""How fast the solvers are, beside what people would use instead: ``python -m`` this package."""
